/** The SQL of the in-process hand-over: a table per consuming namespace holds what its consumers have not applied. */
import type { Envelope } from '@enghub/event-contracts/envelope';
import type { DatabaseSession } from './database-session.ts';
import type { OutboundEvent } from './transport.ts';

export type Letter = Readonly<{
  event_id: string;
  routing_key: string;
  aggregate_id: string;
  envelope: Envelope;
  attempts: number;
}>;

export type Delivery = Readonly<{ consumer: string; event: OutboundEvent }>;

/** Stores deliveries in their order, all or none; what is there already stays as it is. */
export async function post(session: DatabaseSession, deliveries: readonly Delivery[]): Promise<void> {
  const rows = deliveries.map(({ consumer, event }) => ({
    consumer,
    event_id: event.envelope.event_id,
    tenant_id: event.envelope.tenant_id,
    factory_id: event.envelope.factory_id,
    routing_key: event.routingKey,
    aggregate_id: event.aggregateId,
    envelope: event.envelope,
  }));
  const columns = 'consumer, event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope';
  await session.query(
    `INSERT INTO mailbox (${columns})
     SELECT ${columns}
       FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (
              consumer text, event_id uuid, tenant_id text, factory_id text, routing_key text, aggregate_id text, envelope jsonb
            )) WITH ORDINALITY AS letter(${columns}, position)
      ORDER BY position
     ON CONFLICT (consumer, event_id) DO NOTHING`,
    [JSON.stringify(rows)],
  );
}

/** The next letters in order, without those of aggregates that are busy or wait for another try of an earlier one. */
export function collect(
  session: DatabaseSession,
  consumer: string,
  busy: readonly string[],
  limit: number,
): Promise<Letter[]> {
  return session.query<Letter>(
    `SELECT event_id, routing_key, aggregate_id, envelope, attempts
       FROM mailbox letter
      WHERE consumer = $1 AND state = 'PENDING' AND aggregate_id <> ALL ($2::text[])
        AND NOT EXISTS (
              SELECT FROM mailbox earlier
               WHERE earlier.consumer = $1 AND earlier.state = 'PENDING' AND earlier.attempts > 0
                 AND earlier.aggregate_id = letter.aggregate_id AND earlier.id <= letter.id
                 AND earlier.next_attempt_at > clock_timestamp())
      ORDER BY id LIMIT $3`,
    [consumer, busy, limit],
  );
}

export async function discard(session: DatabaseSession, consumer: string, eventIds: readonly string[]): Promise<void> {
  if (eventIds.length === 0) return;
  await session.query(`DELETE FROM mailbox WHERE consumer = $1 AND event_id = ANY ($2::uuid[])`, [consumer, eventIds]);
}

export async function postpone(
  session: DatabaseSession,
  consumer: string,
  eventId: string,
  delayMs: number,
  error: string,
): Promise<void> {
  await session.query(
    `UPDATE mailbox SET attempts = attempts + 1, last_error = $4,
            next_attempt_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
      WHERE consumer = $1 AND event_id = $2`,
    [consumer, eventId, delayMs, error],
  );
}

export async function bury(session: DatabaseSession, consumer: string, eventId: string, error: string): Promise<void> {
  await session.query(
    `UPDATE mailbox SET attempts = attempts + 1, last_error = $3, state = 'DEAD' WHERE consumer = $1 AND event_id = $2`,
    [consumer, eventId, error],
  );
}

/** Behind everything that arrived meanwhile, as a message would come back to a queue. */
export async function revive(session: DatabaseSession, consumer: string): Promise<number> {
  const revived = await session.query(
    `UPDATE mailbox SET state = 'PENDING', attempts = 0, next_attempt_at = clock_timestamp(), id = nextval(pg_get_serial_sequence('mailbox', 'id'))
      WHERE consumer = $1 AND state = 'DEAD' RETURNING event_id`,
    [consumer],
  );
  return revived.length;
}

/** One process at a time empties a consumer's letters; the lock ends with the connection. */
export async function lockConsumer(session: DatabaseSession, consumer: string): Promise<boolean> {
  const [row] = await session.query<{ locked: boolean }>(
    `SELECT pg_try_advisory_lock(hashtextextended(current_schema() || ' mailbox ' || $1, 0)) AS locked`,
    [consumer],
  );
  return row?.locked === true;
}

export async function unlockConsumer(session: DatabaseSession, consumer: string): Promise<void> {
  await session.query(`SELECT pg_advisory_unlock(hashtextextended(current_schema() || ' mailbox ' || $1, 0))`, [
    consumer,
  ]);
}
