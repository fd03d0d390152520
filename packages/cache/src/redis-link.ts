/** Two connections to Redis: one that asks and fails fast, and an ear that never stops trying to listen. */
import { Redis, type RedisOptions } from 'ioredis';

type Write = (details: Readonly<Record<string, unknown>>, message: string) => void;

/** The part of pino that the cache needs. */
export type Logger = Readonly<{ info: Write; warn: Write }>;

export type RedisLink = Readonly<{
  commands: Redis;
  /** Once Redis answered, or it is clear that it is away for now. */
  settled: Promise<void>;
  /** False from the moment something may have been said that we did not hear, until we have caught up. */
  isInTouch(): boolean;
  /** A command failed: begin again. */
  redial(error: unknown): void;
  close(): Promise<void>;
}>;

const ANSWER_WITHIN_MS = 1_000;
const HEARTBEAT_MS = 1_000;
const FIRST_CONNECTION_MS = 2_000;

const either: RedisOptions = {
  connectTimeout: 2_000,
  retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  // A replica that was the primary a moment ago.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
};

export function linkToRedis(options: {
  url: string;
  channel: string;
  logger: Logger;
  /** What the log says of an outage. */
  meanwhile?: string;
  onMessage: (text: string) => void;
  /** Runs once we listen again, before we count as being in touch. */
  catchUp: () => Promise<void>;
}): RedisLink {
  const { url, channel, logger, onMessage, catchUp, meanwhile = 'the cache answers from its sources' } = options;
  const commands = new Redis(url, {
    ...either,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: ANSWER_WITHIN_MS,
  });
  // With a limit to its retries, instances went deaf after an outage. It subscribes anew in `greet`.
  const ear = new Redis(url, { ...either, maxRetriesPerRequest: null, autoResubscribe: false });
  let isInTouch = false;
  let isClosed = false;
  let round = 0;
  let lastError: unknown;
  let settle: () => void = () => undefined;
  const firstAnswer = new Promise<void>((resolve) => {
    settle = resolve;
  });

  function lose(): void {
    round += 1;
    settle();
    if (!isInTouch) return;
    isInTouch = false;
    logger.warn({ err: lastError }, `Redis is away: ${meanwhile}`);
  }

  function redial(error: unknown): void {
    lastError = error;
    lose();
    if (isClosed) return;
    for (const connection of [commands, ear]) if (connection.status === 'ready') connection.disconnect(true);
  }

  async function greet(): Promise<void> {
    if (isClosed || commands.status !== 'ready' || ear.status !== 'ready') return;
    const mine = ++round;
    try {
      await soon(ear.subscribe(channel));
      await catchUp();
      if (mine !== round) return;
      isInTouch = true;
      settle();
      logger.info({ channel }, 'Redis is there');
    } catch (error) {
      if (mine === round) redial(error);
    }
  }

  for (const connection of [commands, ear]) {
    connection.on('ready', () => void greet());
    connection.on('close', lose);
    connection.on('error', (error) => {
      lastError = error;
    });
  }
  ear.on('message', (_channel: string, text: string) => onMessage(text));

  // A connection whose other side vanished looks like a quiet one.
  const heartbeat = setInterval(() => {
    if (isInTouch) Promise.all([commands.ping(), soon(ear.subscribe(channel))]).catch(redial);
  }, HEARTBEAT_MS).unref();

  async function settled(): Promise<void> {
    await soon(firstAnswer, FIRST_CONNECTION_MS).catch(() => undefined);
    if (!isInTouch) logger.warn({ err: lastError }, `Redis does not answer yet: ${meanwhile}`);
  }

  return {
    commands,
    settled: settled(),
    isInTouch: () => isInTouch,
    redial,
    async close() {
      isClosed = true;
      isInTouch = false;
      clearInterval(heartbeat);
      ear.disconnect();
      // Lets what is under way end; where nobody answers there is nothing to wait for.
      if (commands.status === 'ready') await commands.quit().catch(() => undefined);
      commands.disconnect();
    },
  };
}

function soon<Value>(answer: Promise<Value>, ms = ANSWER_WITHIN_MS): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Redis did not answer in time')), ms);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
