/** Rows of messaging's tables as the graph shows them. Row-level security leaves the tenant's own. */
import type { Envelope } from '@enghub/event-contracts/envelope';
import type { SqlTransaction } from '../requests.ts';

export type LetterState = 'DEAD' | 'REPLAYING' | 'RESOLVED' | 'DISCARDED';

export type KeptLetter = Readonly<{
  id: string;
  consumer: string;
  eventId: string;
  eventType: string | null;
  routingKey: string;
  aggregateId: string;
  factoryId: string | null;
  state: LetterState;
  attempts: number;
  error: string;
  since: Date;
  envelope: Envelope | null;
  settledAt: Date | null;
  settledBy: string | null;
  reason: string | null;
}>;

export type Place = Readonly<{ at: Date; id: string }>;

/** Latest first. */
export const pageOfLetters = (
  db: SqlTransaction,
  states: readonly LetterState[],
  { first, before }: Readonly<{ first: number; before: Place | null }>,
): PromiseLike<KeptLetter[]> =>
  db.$queryRaw<KeptLetter[]>`
    SELECT id::text, consumer, event_id::text AS "eventId", event_type AS "eventType", routing_key AS "routingKey",
           aggregate_id AS "aggregateId", factory_id AS "factoryId", state, attempts, last_error AS error, since, envelope,
           settled_at AS "settledAt", settled_by AS "settledBy", reason
      FROM dead_letters
     WHERE state = ANY (${[...states]}::text[])
       AND (${before?.at ?? null}::timestamptz IS NULL
            OR (since, id) < (${before?.at ?? null}::timestamptz, ${before?.id ?? null}::uuid))
     ORDER BY since DESC, id DESC LIMIT ${first + 1}`;

export async function lockLetter(tx: SqlTransaction, id: string): Promise<KeptLetter | null> {
  const [letter = null] = await tx.$queryRaw<KeptLetter[]>`
    SELECT id::text, consumer, event_id::text AS "eventId", routing_key AS "routingKey", aggregate_id AS "aggregateId",
           factory_id AS "factoryId", state, envelope
      FROM dead_letters WHERE id = ${id}::uuid FOR UPDATE`;
  return letter;
}

export async function unsent(db: SqlTransaction): Promise<Readonly<{ events: number; oldestSeconds: number }>> {
  const [row] = await db.$queryRaw<{ events: number; oldest: number }[]>`
    SELECT count(*)::int AS events,
           greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0))::float8 AS oldest
      FROM outbox WHERE sent_at IS NULL`;
  return { events: row?.events ?? 0, oldestSeconds: row?.oldest ?? 0 };
}

export type Waiting = Readonly<{ consumer: string; waiting: number; retrying: number; dead: number }>;

export const waitingOf = (db: SqlTransaction): PromiseLike<Waiting[]> =>
  db.$queryRaw<Waiting[]>`
    SELECT consumer, sum(waiting)::int AS waiting, sum(retrying)::int AS retrying, sum(dead)::int AS dead
      FROM (SELECT consumer, 1 AS waiting, (attempts > 0)::int AS retrying, 0 AS dead FROM mailbox
            UNION ALL
            SELECT consumer, 0, 0, 1 FROM dead_letters WHERE state IN ('DEAD', 'REPLAYING')) kept
     GROUP BY consumer`;

export type StoredEvent = Readonly<{
  position: string;
  routingKey: string;
  envelope: Envelope;
  sentAt: Date | null;
}>;

/** In the order of publication; one statement, so that what is just being archived is found once. */
export const historyOf = (
  db: SqlTransaction,
  aggregateId: string,
  { first, after }: Readonly<{ first: number; after: string | null }>,
): PromiseLike<StoredEvent[]> =>
  db.$queryRaw<StoredEvent[]>`
    SELECT id::text AS position, routing_key AS "routingKey", envelope, sent_at AS "sentAt"
      FROM (SELECT id, aggregate_id, routing_key, envelope, sent_at FROM outbox WHERE sent_at IS NULL
            UNION ALL
            SELECT id, aggregate_id, routing_key, envelope, sent_at FROM outbox WHERE sent_at IS NOT NULL
            UNION ALL
            SELECT id, aggregate_id, routing_key, envelope, sent_at FROM outbox_archive) event
     WHERE aggregate_id = ${aggregateId} AND id > coalesce(${after}::bigint, 0)
     ORDER BY event.id LIMIT ${first + 1}`;
