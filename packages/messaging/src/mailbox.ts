/** A table per consuming namespace, of what its consumers have not applied yet. */
import type { Envelope } from '@enghub/event-contracts/envelope';
import pg from 'pg';
import type { DatabaseSession } from './database-session.ts';
import { asBytes, obituaryOf, resolutionOf, type DeadLetter } from './dead-letters.ts';
import { outboxRows, type OutboxEvent } from './outbox.ts';
import type { OutboundEvent } from './transport.ts';
import { openTurn, type Turn } from './turn.ts';

export type Letter = Readonly<{
  eventId: string;
  routingKey: string;
  aggregateId: string;
  envelope: Envelope;
  /** How often it failed. */
  attempts: number;
  /** The dead letter that it was, and may be again. */
  deadLetterId: string | null;
}>;

/** The mailbox of one consumer. One process at a time has its turn and empties it. */
export type Mailbox = Turn &
  Readonly<{
    /** The next letters in order, without those of aggregates that are busy or wait for another try of an earlier one. */
    collect(busy: readonly string[], limit: number): Promise<Letter[]>;
    /** Aggregates of which letters lie beside the broker's queue. */
    heldAggregates(): Promise<string[]>;
    /** Puts a letter behind those of its aggregate. False when there are none: then it is its turn. */
    lineUp(letter: Letter): Promise<boolean>;
    discard(eventIds: readonly string[]): Promise<void>;
    /** The dead letter was applied after all. */
    resolve(letter: Letter): Promise<void>;
    /** Keeps the letter for another try; rejects with UnstorableLetter when it cannot be kept as what it is. */
    postpone(letter: Letter, until: Postponed): Promise<void>;
    /** Moves it to the dead letters and tells the plant. */
    bury(letter: DeadLetter): Promise<void>;
  }>;

/** After so many tries, for so long, and for what reason. */
export type Postponed = Readonly<{ attempts: number; delayMs: number; error: string }>;

/** The letter is no JSON that PostgreSQL can hold. */
export class UnstorableLetter extends Error {}

export function openMailbox(session: DatabaseSession, consumer: string): Mailbox {
  return {
    ...openTurn(session, consumer),

    collect: (busy, limit) =>
      session.query<Letter>(
        `SELECT event_id AS "eventId", routing_key AS "routingKey", aggregate_id AS "aggregateId", envelope, attempts,
                dead_letter_id AS "deadLetterId"
           FROM mailbox letter
          WHERE consumer = $1 AND aggregate_id <> ALL ($2::text[])
            AND NOT EXISTS (
                  SELECT FROM mailbox earlier
                   WHERE earlier.consumer = $1 AND earlier.attempts > 0
                     AND earlier.aggregate_id = letter.aggregate_id AND earlier.id <= letter.id
                     AND earlier.next_attempt_at > statement_timestamp())
          ORDER BY id LIMIT $3`,
        [consumer, busy, limit],
      ),

    async heldAggregates() {
      const rows = await session.query<{ id: string }>(
        `SELECT DISTINCT aggregate_id AS id FROM mailbox WHERE consumer = $1 AND held`,
        [consumer],
      );
      return rows.map(({ id }) => id);
    },

    async lineUp(letter) {
      const [row] = await session.query<{ waits: boolean }>(
        `WITH line AS (
           SELECT EXISTS (SELECT FROM mailbox WHERE consumer = $1 AND aggregate_id = $6 AND held) AS waits),
         kept AS (
           INSERT INTO mailbox (consumer, event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope, held)
           SELECT $1, $2::uuid, $3, $4, $5, $6, $7::jsonb, true FROM line WHERE waits
           ON CONFLICT (consumer, event_id) DO NOTHING)
         SELECT waits FROM line`,
        [consumer, ...columnsOf(letter)],
      );
      return row?.waits === true;
    },

    async discard(eventIds) {
      if (eventIds.length === 0) return;
      await session.query(`DELETE FROM mailbox WHERE consumer = $1 AND event_id = ANY ($2::uuid[])`, [
        consumer,
        eventIds,
      ]);
    },

    async resolve(letter) {
      const { deadLetterId: id, envelope } = letter;
      const outcome = { outcome: 'REPLAYED', by: null, reason: null } as const;
      const told = id && resolutionOf({ ...letter, id, consumer }, envelope, outcome, new Date());
      await session.query(
        `WITH gone AS (DELETE FROM mailbox WHERE consumer = $1 AND event_id = $2),
         letter AS (
           UPDATE dead_letters SET state = 'RESOLVED', settled_at = clock_timestamp()
            WHERE id = $3 AND state = 'REPLAYING' RETURNING settled_by)
         INSERT INTO outbox (${outboxColumns})
         SELECT event_id, tenant_id, factory_id, routing_key, aggregate_id,
                jsonb_set(envelope, '{data,by}', coalesce(to_jsonb(settled_by), 'null'))
           FROM letter, ${outboxRecords('$4')}`,
        [consumer, letter.eventId, id, recordsOf(told || null)],
      );
    },

    async postpone(letter, { attempts, delayMs, error }) {
      try {
        await session.query(
          `INSERT INTO mailbox (consumer, event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope, held,
                                attempts, last_error, next_attempt_at)
           VALUES ($1, $2::uuid, $3, $4, $5, $6, $7::jsonb, true, $8, $9,
                   clock_timestamp() + make_interval(secs => $10::float8 / 1000))
           ON CONFLICT (consumer, event_id) DO UPDATE
             SET attempts = EXCLUDED.attempts, last_error = EXCLUDED.last_error, next_attempt_at = EXCLUDED.next_attempt_at`,
          [consumer, ...columnsOf(letter), attempts, error, delayMs],
        );
      } catch (cause) {
        if (isDataError(cause)) throw new UnstorableLetter('PostgreSQL cannot hold it as JSON', { cause });
        throw cause;
      }
    },

    async bury(letter) {
      try {
        await bury(session, letter, obituaryOf(letter, new Date()));
      } catch (error) {
        if (!isDataError(error) || !letter.envelope) throw error;
        await bury(session, asBytes(letter), null);
      }
    },
  };
}

async function bury(session: DatabaseSession, letter: DeadLetter, told: OutboxEvent | null): Promise<void> {
  const { envelope } = letter;
  await session.query(
    `WITH gone AS (DELETE FROM mailbox WHERE consumer = $2 AND event_id = $3),
     letter AS (
       INSERT INTO dead_letters (id, consumer, event_id, tenant_id, factory_id, routing_key, event_type, aggregate_id,
                                 envelope, body, attempts, last_error)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12)
       ON CONFLICT (consumer, event_id) DO UPDATE
         SET state = 'DEAD', attempts = dead_letters.attempts + EXCLUDED.attempts, last_error = EXCLUDED.last_error,
             since = clock_timestamp(), settled_at = NULL, settled_by = NULL
         -- Somebody decided that it shall have no effect: it may not come back by being delivered once more.
         WHERE dead_letters.state <> 'DISCARDED'
       RETURNING id)
     INSERT INTO outbox (${outboxColumns})
     SELECT ${outboxColumns} FROM letter, ${outboxRecords('$13')}`,
    [
      letter.id,
      letter.consumer,
      letter.eventId,
      letter.tenantId,
      letter.factoryId,
      letter.routingKey,
      letter.eventType,
      letter.aggregateId,
      envelope && JSON.stringify(envelope),
      letter.body,
      letter.attempts,
      letter.error,
      recordsOf(told),
    ],
  );
}

const outboxColumns = 'event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope';
const outboxRecords = (parameter: string) => `jsonb_to_recordset(${parameter}::jsonb) AS event(
  event_id uuid, tenant_id text, factory_id text, routing_key text, aggregate_id text, envelope jsonb)`;
const recordsOf = (event: OutboxEvent | null): string => JSON.stringify(outboxRows(event ? [event] : []));

const columnsOf = ({ eventId, envelope, routingKey, aggregateId }: Letter) => [
  eventId,
  envelope.tenant_id,
  envelope.factory_id,
  routingKey,
  aggregateId,
  JSON.stringify(envelope),
];

/** Text that no jsonb may hold, such as a zero character. */
const isDataError = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code?.startsWith('22') === true;

export type Delivery = Readonly<{ consumer: string; event: OutboundEvent }>;

/** Stores deliveries in their order, all or none; what is there already stays as it is. */
export async function post(
  session: DatabaseSession,
  deliveries: readonly Delivery[],
  { held = false }: Readonly<{ held?: boolean }> = {},
): Promise<void> {
  const rows = deliveries.map(({ consumer, event }) => ({ consumer, ...outboxRows([event])[0]! }));
  const columns = `consumer, ${outboxColumns}`;
  await session.query(
    `INSERT INTO mailbox (${columns}, held)
     SELECT ${columns}, $2
       FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (
              consumer text, event_id uuid, tenant_id text, factory_id text, routing_key text, aggregate_id text, envelope jsonb
            )) WITH ORDINALITY AS letter(${columns}, position)
      ORDER BY position
     ON CONFLICT (consumer, event_id) DO NOTHING`,
    [JSON.stringify(rows), held],
  );
}
