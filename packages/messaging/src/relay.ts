import type { Envelope } from '@enghub/event-contracts/envelope';
import { openSession } from './database-session.ts';
import { createHousekeeping } from './housekeeping.ts';
import type { Logger } from './logger.ts';
import { defaultRetention, type Retention } from './retention.ts';
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
  logger: Logger;
}>;

export type Backlog = Readonly<{ events: number; oldestSeconds: number }>;

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

type OutboxRow = Readonly<{ id: string; routing_key: string; aggregate_id: string; envelope: Envelope }>;

const batchSize = 500;
const notifyEveryMs = 10;

/** Moves events from one namespace's outbox to the transport, in order, and marks them sent once they are safe. */
export function startRelay(options: RelayOptions): Relay {
  const { namespace, transport, logger } = options;
  const channel = `enghub_outbox_${namespace}`;
  const session = openSession({
    url: options.relayUrl,
    name: `relay ${namespace}`,
    namespace,
    logger,
    onNotification: () => loop.wake(),
  });
  let lockedGeneration = 0;
  let stopping = false;
  const housekeeping = createHousekeeping(session, options.retention ?? defaultRetention, logger);

  const isActive = () => lockedGeneration !== 0 && lockedGeneration === session.generation();

  // Order needs a single relay. The lock belongs to the connection, so it passes on when that dies.
  async function becomeActive(): Promise<boolean> {
    if (isActive()) return true;
    lockedGeneration = 0;
    const [answer] = await session.query<{ locked: boolean }>(
      `SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked`,
      [`enghub relay ${namespace}`],
    );
    if (!answer?.locked) return false;
    await session.query(`LISTEN "${channel}"`);
    lockedGeneration = session.generation();
    logger.info({ namespace }, 'relaying the outbox');
    return true;
  }

  async function tell(events: readonly OutboundEvent[]): Promise<void> {
    try {
      await options.onRelayed?.(events);
    } catch (error) {
      logger.error({ namespace, error: describeError(error) }, 'a listener of relayed events failed');
    }
  }

  async function relayBatch(): Promise<number> {
    const rows = await session.query<OutboxRow>(
      `SELECT id, routing_key, aggregate_id, envelope FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT ${batchSize}`,
    );
    if (rows.length === 0) return 0;
    const events = rows.map((row) => ({
      routingKey: row.routing_key,
      aggregateId: row.aggregate_id,
      envelope: row.envelope,
    }));
    await transport.publish(events);
    // Before they are marked: should this process die here, the next relay tells its listener again.
    await tell(events);
    await session.query(`UPDATE outbox SET sent_at = clock_timestamp() WHERE id = ANY ($1::bigint[])`, [
      rows.map((row) => row.id),
    ]);
    return rows.length;
  }

  async function drain(): Promise<void> {
    while ((await relayBatch()) === batchSize);
  }

  const loop = startLoop(
    async () => {
      if (!(await becomeActive())) return;
      await drain();
      if (!stopping && (await housekeeping.step())) loop.wake();
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
        session.query(`NOTIFY "${channel}"`).catch(() => {});
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
      if (isActive()) await drain();
    };
    await withinDeadline(finish(), deadlineMs).catch((error: unknown) => {
      logger.warn({ namespace, error: describeError(error) }, 'stopped with events left in the outbox');
    });
    lockedGeneration = 0;
    await session.close();
  }

  return {
    wake() {
      if (isActive()) loop.wake();
      else notifyOtherRelay();
    },
    async backlog() {
      const [row] = await session.query<{ events: number; oldest: number }>(
        `SELECT count(*)::integer AS events,
                coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest
           FROM outbox WHERE sent_at IS NULL`,
      );
      return { events: row?.events ?? 0, oldestSeconds: Math.max(0, row?.oldest ?? 0) };
    },
    isActive,
    stop(deadlineMs = 5_000) {
      stopped ??= stop(deadlineMs);
      return stopped;
    },
  };
}

async function withinDeadline(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished within ${ms} ms`)), ms);
  });
  work.catch(() => {});
  await Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
