/** The connection to RabbitMQ and what has to be set up again each time it is made. */
import { connect, type Channel, type ChannelModel, type ConfirmChannel } from 'amqplib';
import type { Logger } from './logger.ts';
import { describeError } from './transport.ts';

export type Setup = (connection: ChannelModel) => Promise<void>;

export type Attachment = Readonly<{
  /** Sets up again unless the connection was replaced meanwhile, for then that was done already. */
  again(connection: ChannelModel): void;
  /** Resolves when the set-up ran, or at once while there is no connection. */
  settled(): Promise<void>;
  detach(): void;
}>;

export type Broker = Readonly<{
  /** Runs the set-up now and after every reconnection, again and again until it succeeds. */
  attach(name: string, setup: Setup): Attachment;
  isConnected(): boolean;
  /** The broker is short of memory or disk and takes no messages. */
  isBlocked(): boolean;
  close(): Promise<void>;
}>;

export type BrokerOptions = Readonly<{ url: string; name: string; logger: Logger }>;

const firstConnectionMs = 5_000;
const setUpAgainMs = 500;
const farewellMs = 3_000;

/** Resolves when connected, or after a while without: it goes on trying for ever. */
export async function connectBroker({ url, name, logger }: BrokerOptions): Promise<Broker> {
  const attachments = new Set<() => void>();
  let current: ChannelModel | undefined;
  let blocked = false;
  let closed = false;

  const recovering = await connect(withHeartbeat(url), {
    timeout: 5_000,
    keepAlive: true,
    noDelay: true,
    clientProperties: { connection_name: `enghub ${name}` },
    recovery: {
      waitForConnect: false,
      initialDelay: 100,
      maxDelay: 5_000,
      // The library listens for errors only after the set-up; one in between would end the process.
      setup: async (connection: ChannelModel) => void connection.on('error', () => {}),
    },
  });
  recovering.on('error', (error: Error) => logger.warn({ name, error: error.message }, 'broker connection failed'));
  recovering.on('handler-error', (error: Error) =>
    logger.error({ name, error: error.message }, 'broker handler failed'),
  );
  recovering.on('connect-failed', (error: Error) =>
    logger.warn({ name, error: error.message }, 'broker not reachable'),
  );
  recovering.on('disconnect', (error: Error) => {
    current = undefined;
    blocked = false;
    if (!closed) logger.warn({ name, error: error.message }, 'broker connection lost');
  });
  recovering.on('blocked', (reason: string) => {
    blocked = true;
    logger.error({ name, reason }, 'the broker takes no messages');
  });
  recovering.on('unblocked', () => (blocked = false));
  recovering.on('connect', (connection: ChannelModel) => {
    current = connection;
    logger.info({ name }, 'connected to the broker');
    for (const run of attachments) run();
  });

  function attach(what: string, setup: Setup): Attachment {
    let running: Promise<void> | undefined;
    let dirty = false;
    let timer: NodeJS.Timeout | undefined;
    let detached = false;

    async function setUp(): Promise<void> {
      do {
        dirty = false;
        const connection = current;
        if (!connection || detached) return;
        try {
          await setup(connection);
        } catch (error) {
          if (closed || detached || current !== connection) continue;
          logger.error({ name, what, error: describeError(error) }, 'could not set up at the broker, will try again');
          timer = setTimeout(run, setUpAgainMs);
        }
      } while (dirty);
    }

    function run(): void {
      clearTimeout(timer);
      dirty = true;
      running ??= setUp().finally(() => (running = undefined));
    }

    attachments.add(run);
    // In the next turn, so that the set-up may refer to its own attachment.
    queueMicrotask(run);
    return {
      again(connection) {
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (!closed && !detached && current === connection) run();
        }, setUpAgainMs);
      },
      async settled() {
        await Promise.resolve();
        await running;
      },
      detach() {
        detached = true;
        clearTimeout(timer);
        attachments.delete(run);
      },
    };
  }

  let waiting: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (waiting = setTimeout(resolve, firstConnectionMs)));
  await Promise.race([recovering.waitForConnect().catch(() => {}), patience]).finally(() => clearTimeout(waiting));

  return {
    attach,
    isConnected: () => current !== undefined,
    isBlocked: () => blocked,
    async close() {
      closed = true;
      attachments.clear();
      await farewell(recovering.close());
      current = undefined;
    },
  };
}

/** Opens a channel, sets it up, and has the whole attachment set up again should the channel close. */
export async function attachedChannel(
  connection: ChannelModel,
  attachment: Attachment,
  use: (channel: Channel) => Promise<void>,
): Promise<void> {
  await guarded(connection, await connection.createChannel(), attachment, use);
}

/** The same with a channel on which the broker confirms what is published. */
export async function attachedConfirmChannel(
  connection: ChannelModel,
  attachment: Attachment,
  use: (channel: ConfirmChannel) => Promise<void>,
): Promise<void> {
  await guarded(connection, await connection.createConfirmChannel(), attachment, use);
}

async function guarded<C extends Channel>(
  connection: ChannelModel,
  channel: C,
  attachment: Attachment,
  use: (channel: C) => Promise<void>,
): Promise<void> {
  let lastError: Error | undefined;
  let inUse = false;
  let isClosed = false;
  channel.on('error', (error: Error) => (lastError = error));
  channel.on('handler-error', () => {});
  channel.on('close', () => {
    isClosed = true;
    if (inUse) attachment.again(connection);
  });
  try {
    await use(channel);
    // Closed during the last answer that the set-up waited for, it would stay in use for ever.
    if (isClosed) throw new Error('the channel closed while it was set up');
    inUse = true;
  } catch (error) {
    await channel.close().catch(() => {});
    throw lastError ?? error;
  }
}

/** Waits for the broker's answer to a goodbye, but not for long: one that hangs never gives it. */
export async function farewell(goodbye: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, farewellMs)));
  await Promise.race([goodbye.catch(() => {}), patience]).finally(() => clearTimeout(timer));
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', '10');
  return parsed.href;
}
