/** What a consumer failed for good: how it is kept, and what is told about it. */
import { createHash, randomUUID } from 'node:crypto';
import { envelope as envelopeSchema, type Envelope } from '@enghub/event-contracts/envelope';
import { deadLetterResolved } from '@enghub/event-contracts/events/dead-letter-resolved.v1';
import { eventDeadLettered } from '@enghub/event-contracts/events/event-dead-lettered.v1';
import { newEvent, type OutboxEvent } from './outbox.ts';
import type { SqlExecutor } from './sql-executor.ts';

export type DeadLetter = Readonly<{
  /** The same for the same event of the same consumer, so that what fails again is kept once. */
  id: string;
  consumer: string;
  eventId: string;
  /** Empty where it cannot be read. */
  tenantId: string;
  factoryId: string | null;
  routingKey: string;
  eventType: string | null;
  aggregateId: string;
  /** Null for what is no event; then there is a body. */
  envelope: Envelope | null;
  body: Buffer | null;
  attempts: number;
  error: string;
}>;

export type FailedDelivery = Readonly<{
  consumer: string;
  routingKey: string;
  aggregateId: string;
  attempts: number;
  /** As the broker knows it. */
  messageId?: string | null;
  /** What arrived: bytes, or what stood for an envelope in the mailbox. */
  content: Buffer | Envelope;
}>;

/** What is kept of a delivery that failed for good; whatever arrived, it is kept. Pure. */
export function deadLetterOf(failed: FailedDelivery, error: string): DeadLetter {
  const { consumer, routingKey, aggregateId, content } = failed;
  const event = readEnvelope(content);
  const body = event ? null : bytesOf(content);
  const eventId = event?.event_id ?? idWithoutEvent(failed);
  return {
    id: uuidOf(consumer, eventId),
    consumer,
    eventId,
    tenantId: event?.tenant_id ?? '',
    factoryId: event?.factory_id ?? null,
    routingKey,
    eventType: event?.event_type ?? null,
    aggregateId,
    envelope: event,
    body,
    attempts: Math.max(1, failed.attempts),
    error,
  };
}

/** The same without its envelope, for one that PostgreSQL cannot hold as JSON. */
export const asBytes = (letter: DeadLetter): DeadLetter =>
  letter.envelope ? { ...letter, body: bytesOf(letter.envelope), envelope: null } : letter;

/** What the plant is told: nothing of what belongs to nobody, and no news about news, which could go on for ever. */
export function obituaryOf(letter: DeadLetter, at: Date): OutboxEvent | null {
  const { envelope } = letter;
  if (!envelope || isNews(letter.routingKey)) return null;
  const data = { ...named(letter, envelope), about: idsIn(envelope.data), attempts: letter.attempts };
  const error = letter.error.slice(0, 1_000);
  return newEvent(eventDeadLettered, { ...data, error, at: at.toISOString() }, circumstances(letter, envelope, at));
}

export type Outcome = Readonly<{ outcome: 'REPLAYED' | 'DISCARDED'; by: string | null; reason: string | null }>;

export type SettledLetter = Pick<DeadLetter, 'id' | 'consumer' | 'eventId' | 'routingKey' | 'aggregateId'>;

/** That somebody need not look any more. Null where nobody was told before. */
export function resolutionOf(
  letter: SettledLetter,
  envelope: Envelope | null,
  outcome: Outcome,
  at: Date,
): OutboxEvent | null {
  if (!envelope || isNews(letter.routingKey)) return null;
  const data = { ...named(letter, envelope), ...outcome, at: at.toISOString() };
  return newEvent(deadLetterResolved, data, circumstances(letter, envelope, at));
}

const isNews = (routingKey: string): boolean => routingKey.startsWith('events.');

const named = ({ id, consumer, eventId, routingKey, aggregateId }: SettledLetter, envelope: Envelope) => ({
  dead_letter_id: id,
  consumer,
  event_id: eventId,
  event_type: envelope.event_type,
  routing_key: routingKey,
  aggregate_id: aggregateId,
});

const circumstances = ({ id, consumer }: SettledLetter, envelope: Envelope, at: Date) => ({
  eventId: randomUUID(),
  tenantId: envelope.tenant_id,
  factoryId: envelope.factory_id,
  sourceService: consumer.split('.')[0]!,
  traceId: envelope.trace_id,
  // Its death and its resolution reach everybody in this order.
  aggregateId: id,
  at,
});

const MOST_IDS = 20;

function idsIn(data: unknown): Record<string, string> {
  if (typeof data !== 'object' || data === null) return {};
  const ids = Object.entries(data).filter(
    (entry): entry is [string, string] =>
      entry[0].endsWith('_id') && typeof entry[1] === 'string' && entry[1].length > 0 && entry[1].length <= 200,
  );
  return Object.fromEntries(ids.slice(0, MOST_IDS));
}

function readEnvelope(content: Buffer | Envelope): Envelope | null {
  try {
    const json: unknown = Buffer.isBuffer(content) ? JSON.parse(content.toString('utf8')) : content;
    const read = envelopeSchema.safeParse(json);
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

const bytesOf = (content: Buffer | Envelope): Buffer =>
  Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content) ?? '');

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What is delivered twice is kept once, whatever it is. */
const idWithoutEvent = ({ consumer, messageId, content }: FailedDelivery): string =>
  messageId && uuid.test(messageId) ? messageId.toLowerCase() : uuidOf(consumer, messageId ?? '', bytesOf(content));

/** A UUID (version 8) made of what it stands for. */
function uuidOf(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  const bytes = hash.digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * Has a dead letter tried again, in the transaction of whoever asks: it goes to its consumer's mailbox, with all its tries.
 * False when there is no such letter, or it is no event, or it is not dead (any more).
 */
export async function reviveDeadLetter(tx: SqlExecutor, id: string, by: string): Promise<boolean> {
  const revived = await tx.$executeRaw`
    WITH letter AS (
      UPDATE dead_letters SET state = 'REPLAYING', settled_by = ${by}
       WHERE id = ${id}::uuid AND state = 'DEAD' AND envelope IS NOT NULL
      RETURNING *)
    INSERT INTO mailbox (consumer, event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope, held, dead_letter_id)
    SELECT consumer, event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope, true, id FROM letter
    ON CONFLICT (consumer, event_id) DO UPDATE SET dead_letter_id = EXCLUDED.dead_letter_id`;
  return revived === 1;
}

/**
 * Decides that a dead letter shall have no effect, also when the broker delivers its event once more. False when there is no
 * such letter or it is not dead.
 */
export async function discardDeadLetter(tx: SqlExecutor, id: string, by: string, reason: string): Promise<boolean> {
  const discarded = await tx.$executeRaw`
    UPDATE dead_letters
       SET state = 'DISCARDED', settled_at = clock_timestamp(), settled_by = ${by}, reason = ${reason}
     WHERE id = ${id}::uuid AND state = 'DEAD'`;
  if (discarded === 0) return false;
  // Whoever claims its events finds this one claimed.
  await tx.$executeRaw`
    INSERT INTO inbox (consumer, event_id, tenant_id)
    SELECT consumer, event_id, tenant_id FROM dead_letters WHERE id = ${id}::uuid AND tenant_id IS NOT NULL
    ON CONFLICT (consumer, event_id) DO NOTHING`;
  return true;
}
