import { contractFor } from '@enghub/event-contracts/all';
import { envelope, parseEvent, type Envelope } from '@enghub/event-contracts/envelope';
import type { OutboxEvent } from './outbox.ts';

/** An event on its way from an outbox to its consumers. */
export type OutboundEvent = OutboxEvent;

export type Subscription = Readonly<{
  /** The name of the consumer, e.g. `qms.inspections`. One queue of events belongs to it, whoever runs it. */
  queue: string;
  /** Routing keys, or topic patterns with `*` for one word and `#` for any number of them. */
  routingKeys: readonly string[];
  /** Applies one event and commits. It may be called again with the same event: claim it in the inbox. */
  handle(event: Envelope): Promise<void>;
  /** The relay's URL to the consumer's own database, where its mailbox and its dead letters are. */
  mailboxUrl: string;
}>;

export type TransportCounts = Readonly<{ published: number; unrouted: number; retried: number; deadLettered: number }>;

/** Carries events from publishers to consumers: at least once, in order per aggregate. */
export type Transport = Readonly<{
  /** Resolves when every event is durable for every subscription that wants it; rejects when that is not certain. */
  publish(events: readonly OutboundEvent[]): Promise<void>;
  subscribe(subscription: Subscription): Promise<Readonly<{ stop(): Promise<void> }>>;
  /** How many events wait in a consumer's queue; null where there is no queue or it cannot be asked. */
  queued(queue: string): Promise<number | null>;
  /** How many events of a service somebody has to hear and nobody does, since this process started. */
  unheard(service: string): number;
  isReady(): boolean;
  close(): Promise<void>;
  /** What happened since this process started. */
  counts(): TransportCounts;
}>;

/** After the first attempt of an event fails, how long to wait before each further one. */
export const defaultRetryDelaysMs: readonly number[] = [1_000, 2_000, 4_000];

/** Whether a topic pattern takes a routing key, by the rules of AMQP. */
export function topicMatches(pattern: string, routingKey: string): boolean {
  return wordsMatch(pattern.split('.'), routingKey.split('.'));
}

function wordsMatch([pattern, ...patterns]: readonly string[], words: readonly string[]): boolean {
  if (pattern === undefined) return words.length === 0;
  if (pattern === '#')
    return words.some((_, index) => wordsMatch(patterns, words.slice(index))) || wordsMatch(patterns, []);
  const [word, ...rest] = words;
  return word !== undefined && (pattern === '*' || pattern === word) && wordsMatch(patterns, rest);
}

/** Reads an event as it came over the wire; one that breaks the contract of its routing key fails for good. */
export function readEvent(routingKey: string, body: unknown): Envelope {
  const contract = contractFor(routingKey);
  try {
    return contract ? parseEvent(contract, body) : envelope.parse(body);
  } catch (error) {
    throw permanentFailure(`not a valid ${routingKey} event: ${describeError(error)}`, error);
  }
}

const permanent = Symbol('permanent');

/** What a handler throws when trying again cannot help: the event goes to the dead letters at once. */
export function permanentFailure(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { [permanent]: true });
}

export function isPermanentFailure(error: unknown): boolean {
  return error instanceof Error && permanent in error;
}

const unavailable = Symbol('unavailable');

/**
 * What a handler throws while something is away that it needs, such as another service or the ERP. That is not the event's
 * fault: however long it lasts, it uses up one try and the event does not become a dead letter by it.
 */
export function unavailableFailure(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { [unavailable]: true });
}

export function isUnavailableFailure(error: unknown): boolean {
  return error instanceof Error && unavailable in error;
}

export function describeError(error: unknown): string {
  // PostgreSQL stores no NUL.
  const text = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).replaceAll('\0', '');
  return text.length > 2_000 ? `${text.slice(0, 2_000)}…` : text;
}
