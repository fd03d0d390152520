/** An outbox as its relay sees it: with the events of every tenant. */
import type { Envelope } from '@enghub/event-contracts/envelope';
import { openSession } from './database-session.ts';
import { createHousekeeping } from './housekeeping.ts';
import type { Logger } from './logger.ts';
import { defaultRetention, type Retention } from './retention.ts';
import type { OutboundEvent } from './transport.ts';

export type OutboxEntry = Readonly<{ id: string; event: OutboundEvent }>;

export type Backlog = Readonly<{ events: number; oldestSeconds: number }>;

export type RelayedOutbox = Readonly<{
  /** True when it is, or becomes, this relay's outbox; it passes on when the connection dies. */
  becomeActive(): Promise<boolean>;
  isActive(): boolean;
  /** The first ones that are not marked sent, in their order, but for those that are on their way. */
  unsent(limit: number, onTheirWay: readonly string[]): Promise<readonly OutboxEntry[]>;
  markSent(ids: readonly string[]): Promise<void>;
  /** A small step of what there is to do beside, see housekeeping.ts. True when there is more to do at once. */
  keepHouse(): Promise<boolean>;
  /** Wakes the relay that is active, in whichever process. */
  notify(): Promise<void>;
  backlog(): Promise<Backlog>;
  close(): Promise<void>;
}>;

export type RelayedOutboxOptions = Readonly<{
  relayUrl: string;
  namespace: string;
  retention?: Retention | undefined;
  logger: Logger;
  onNotification: () => void;
}>;

type OutboxRow = Readonly<{ id: string; routing_key: string; aggregate_id: string; envelope: Envelope }>;

export function openRelayedOutbox({
  relayUrl,
  namespace,
  retention = defaultRetention,
  logger,
  onNotification,
}: RelayedOutboxOptions): RelayedOutbox {
  const channel = `enghub_outbox_${namespace}`;
  const session = openSession({ url: relayUrl, name: `relay ${namespace}`, namespace, logger, onNotification });
  const housekeeping = createHousekeeping(session, retention, logger);
  let lockedGeneration = 0;
  const isActive = () => lockedGeneration !== 0 && lockedGeneration === session.generation();

  return {
    isActive,
    // Order needs a single relay. The lock belongs to the connection, so it passes on when that dies.
    async becomeActive() {
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
    },
    async unsent(limit, onTheirWay) {
      const rows = await session.query<OutboxRow>(
        `SELECT id, routing_key, aggregate_id, envelope FROM outbox
          WHERE sent_at IS NULL AND id <> ALL ($1::bigint[]) ORDER BY id LIMIT ${limit}`,
        [onTheirWay],
      );
      return rows.map(({ id, routing_key: routingKey, aggregate_id: aggregateId, envelope }) => ({
        id,
        event: { routingKey, aggregateId, envelope },
      }));
    },
    async markSent(ids) {
      await session.query(`UPDATE outbox SET sent_at = clock_timestamp() WHERE id = ANY ($1::bigint[])`, [ids]);
    },
    keepHouse: () => housekeeping.step(),
    async notify() {
      await session.query(`NOTIFY "${channel}"`);
    },
    async backlog() {
      const [row] = await session.query<{ events: number; oldest: number }>(
        `SELECT count(*)::integer AS events,
                coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest
           FROM outbox WHERE sent_at IS NULL`,
      );
      return { events: row?.events ?? 0, oldestSeconds: Math.max(0, row?.oldest ?? 0) };
    },
    async close() {
      lockedGeneration = 0;
      await session.close();
    },
  };
}
