import type { Logger } from './logger.ts';
import { openRelayedOutbox, type Backlog, type OutboxEntry, type RelayedOutbox } from './relayed-outbox.ts';
import type { Retention } from './retention.ts';
import { describeError, type OutboundEvent, type Transport } from './transport.ts';
import { startLoop } from './wake-up.ts';

export type RelayOptions = Readonly<{
  /** Connects as the namespace's relay role, which sees the outbox of every tenant. */
  relayUrl: string;
  /** The PostgreSQL schema whose outbox is relayed. */
  namespace: string;
  transport: Pick<Transport, 'publish'>;
  /** Hears of each batch once it is with the transport, at least once; what it throws is only logged. */
  onRelayed?: (events: readonly OutboundEvent[]) => void | Promise<void>;
  retention?: Retention;
  /** So many events are confirmed, and then marked, together. */
  batchSize?: number;
  logger: Logger;
}>;

export type Relay = Readonly<{
  /** Says that something was committed. Cheap: call it after every commit. */
  wake(): void;
  /** What waits in the outbox, whoever relays it. */
  backlog(): Promise<Backlog>;
  /** Whether this relay is the one that works; the others of the namespace stand by. */
  isActive(): boolean;
  /** Sends what it can within the deadline and hands over to another relay. */
  stop(deadlineMs?: number): Promise<void>;
}>;

const usualBatch = 500;
const notifyEveryMs = 10;
const nothing: Promise<readonly OutboxEntry[]> = Promise.resolve([]);

/** Moves events from one namespace's outbox to the transport, in order, and marks them sent once they are safe. */
export function startRelay(options: RelayOptions): Relay {
  const outbox = openRelayedOutbox({ ...options, onNotification: () => relay.wake() });
  const relay = startRelayOf(outbox, options);
  return relay;
}

/** The same for an outbox that is open. */
export function startRelayOf(outbox: RelayedOutbox, options: Omit<RelayOptions, 'relayUrl' | 'retention'>): Relay {
  const { namespace, transport, logger, batchSize = usualBatch } = options;
  let stopping = false;

  async function tell(events: readonly OutboundEvent[]): Promise<void> {
    try {
      await options.onRelayed?.(events);
    } catch (error) {
      logger.error({ namespace, error: describeError(error) }, 'a listener of relayed events failed');
    }
  }

  async function send(batch: readonly OutboxEntry[]): Promise<void> {
    const events = batch.map(({ event }) => event);
    await transport.publish(events);
    // Before they are marked: should this process die here, the next relay tells its listener again.
    await tell(events);
    await outbox.markSent(idsOf(batch));
  }

  /** While a batch is on its way the next one is read. A connection that was lost meanwhile took the turn with it. */
  async function drain(): Promise<void> {
    let batch = await outbox.unsent(batchSize, []);
    while (batch.length > 0 && outbox.isActive()) {
      const next = batch.length < batchSize ? nothing : outbox.unsent(batchSize, idsOf(batch));
      // Should it fail, it does so where it is waited for: never beside a batch that is still on its way.
      next.catch(() => {});
      await send(batch);
      batch = await next;
    }
  }

  const loop = startLoop(
    async () => {
      if (!(await outbox.becomeActive())) return;
      await drain();
      if (!stopping && (await outbox.keepHouse())) loop.wake();
    },
    logger,
    `relay ${namespace}`,
  );

  // A NOTIFY in a trigger serialises the writers' commits; one per moment on a connection of its own does not.
  let notifyDue = 0;
  let notifyTimer: NodeJS.Timeout | undefined;

  function notifyOtherRelay(): void {
    if (notifyTimer || stopping) return;
    notifyTimer = setTimeout(
      () => {
        notifyTimer = undefined;
        notifyDue = Date.now() + notifyEveryMs;
        // Lost, it costs a second at most: the safety poll finds the rows.
        outbox.notify().catch(() => {});
      },
      Math.max(0, notifyDue - Date.now()),
    );
  }

  let stopped: Promise<void> | undefined;

  async function stop(deadlineMs: number): Promise<void> {
    stopping = true;
    clearTimeout(notifyTimer);
    const finish = async () => {
      await loop.stop();
      if (outbox.isActive()) await drain();
    };
    await withinDeadline(finish(), deadlineMs).catch((error: unknown) => {
      logger.warn({ namespace, error: describeError(error) }, 'stopped with events left in the outbox');
    });
    await outbox.close();
  }

  return {
    wake() {
      if (outbox.isActive()) loop.wake();
      else notifyOtherRelay();
    },
    backlog: () => outbox.backlog(),
    isActive: () => outbox.isActive(),
    stop(deadlineMs = 5_000) {
      stopped ??= stop(deadlineMs);
      return stopped;
    },
  };
}

const idsOf = (batch: readonly OutboxEntry[]): string[] => batch.map(({ id }) => id);

async function withinDeadline(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished within ${ms} ms`)), ms);
  });
  work.catch(() => {});
  await Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
