/**
 * What a consumer does with each event: apply it, put it off, give it up, and in which order. It knows no broker, no clock
 * and no SQL, so its decisions can be tried out in every order that can happen.
 */
import type { Envelope } from '@enghub/event-contracts/envelope';
import { deadLetterOf } from './dead-letters.ts';
import type { Logger } from './logger.ts';
import { UnstorableLetter, type Letter, type Mailbox } from './mailbox.ts';
import { describeError, isPermanentFailure, isUnavailableFailure, readEvent, type Subscription } from './transport.ts';

/** An event as it came from the broker. */
export type Incoming = Readonly<{
  routingKey: string;
  aggregateId: string;
  messageId: string | null;
  content: Buffer;
  /** Reads the content; throws a permanent failure when it is no event. */
  read(): Envelope;
}>;

export type Desk = Readonly<{
  /** Settles one event from the broker. Call it in the turn of its aggregate; false: it is to come again. */
  take(incoming: Incoming): Promise<boolean>;
  /** Works off letters of one aggregate, in their order; stops at one that is put off. */
  work(letters: readonly Letter[]): Promise<void>;
  /** Keeps what failed for good elsewhere, such as at the broker. */
  bury(incoming: Omit<Incoming, 'read'>, attempts: number, error: string): Promise<boolean>;
  /** Learns of which aggregates letters lie in the mailbox. */
  look(): Promise<void>;
}>;

export type DeskOptions = Readonly<{
  subscription: Pick<Subscription, 'queue' | 'handle'>;
  mailbox: Mailbox;
  retryDelaysMs: readonly number[];
  logger: Logger;
  isStopping: () => boolean;
  /** Waits while the consumer's database is away. */
  pause: () => Promise<void>;
  onRetry: (delayMs: number) => void;
  onDead: () => void;
}>;

export type Verdict = Readonly<{
  /** Null: it is dead. */
  retryInMs: number | null;
  /** How many of its tries it has used up with this one. */
  attempts: number;
}>;

/** Three more tries, each later than the one before; none where trying again cannot help, any number where it only has to wait. */
export function verdictOn(error: unknown, attempts: number, retryDelaysMs: readonly number[]): Verdict {
  if (isUnavailableFailure(error)) return { retryInMs: retryDelaysMs.at(-1) ?? null, attempts: Math.max(1, attempts) };
  return { retryInMs: isPermanentFailure(error) ? null : (retryDelaysMs[attempts] ?? null), attempts: attempts + 1 };
}

export function createDesk(options: DeskOptions): Desk {
  const { mailbox, retryDelaysMs, logger, isStopping } = options;
  const { queue: consumer, handle } = options.subscription;
  /** Of these, letters may lie in the mailbox; of no others. */
  const held = new Set<string>();

  /** Does it until it succeeds: what cannot be written while the database is away is not lost, only late. */
  async function insist(what: () => Promise<void>): Promise<boolean> {
    for (;;) {
      try {
        await what();
        return true;
      } catch (error) {
        if (error instanceof UnstorableLetter) throw error;
        logger.warn({ consumer, error: describeError(error) }, 'waiting for the database of the consumer');
        await options.pause();
        if (isStopping()) return false;
      }
    }
  }

  async function bury(incoming: Omit<Incoming, 'read'>, attempts: number, error: string): Promise<boolean> {
    const letter = deadLetterOf({ ...incoming, consumer, attempts }, error);
    if (!(await insist(() => mailbox.bury(letter)))) return false;
    options.onDead();
    const { eventId, routingKey } = letter;
    logger.error({ consumer, eventId, routingKey, error }, 'event moved to the dead letters');
    return true;
  }

  async function take(incoming: Incoming): Promise<boolean> {
    const { routingKey, aggregateId } = incoming;
    let envelope: Envelope;
    try {
      envelope = incoming.read();
    } catch (error) {
      return bury(incoming, 1, describeError(error));
    }
    const letter = { eventId: envelope.event_id, routingKey, aggregateId, envelope, attempts: 0, deadLetterId: null };
    let linedUp = false;
    if (held.has(aggregateId)) {
      if (!(await insist(async () => void (linedUp = await mailbox.lineUp(letter))))) return false;
      if (linedUp) return true;
      held.delete(aggregateId);
    }
    for (;;) {
      try {
        await handle(envelope);
        return true;
      } catch (error) {
        const outcome = await settleFailure(incoming, letter, error);
        if (outcome !== 'again') return outcome === 'settled';
      }
    }
  }

  /** 'again' while the database is away: that is not the event's fault and must not use up its tries. */
  async function settleFailure(
    incoming: Incoming,
    letter: Letter,
    error: unknown,
  ): Promise<'settled' | 'again' | 'stopped'> {
    const reason = describeError(error);
    const verdict = verdictOn(error, letter.attempts, retryDelaysMs);
    const { retryInMs, attempts } = verdict;
    if (retryInMs === null) return (await bury(incoming, 1, reason)) ? 'settled' : 'stopped';
    // Before it is kept: from then on nothing of its aggregate may pass.
    held.add(letter.aggregateId);
    try {
      await mailbox.postpone(letter, { attempts, delayMs: retryInMs, error: reason });
    } catch (cause) {
      if (cause instanceof UnstorableLetter) return (await bury(incoming, 1, reason)) ? 'settled' : 'stopped';
      logger.warn({ consumer, error: describeError(cause) }, 'waiting for the database of the consumer');
      await options.pause();
      return isStopping() ? 'stopped' : 'again';
    }
    tellRetry(letter, verdict, reason);
    return 'settled';
  }

  async function work(letters: readonly Letter[]): Promise<void> {
    const done: string[] = [];
    for (const letter of letters) {
      if (isStopping()) break;
      held.add(letter.aggregateId);
      const failure = await attempt(letter);
      if (!failure && letter.deadLetterId === null) {
        done.push(letter.eventId);
        continue;
      }
      // Settled in order: a success must be gone from the table before a later event is put off.
      await mailbox.discard(done.splice(0));
      if (!failure) await mailbox.resolve(letter);
      else if (await putOff(letter, failure.error)) break;
    }
    await mailbox.discard(done);
  }

  async function attempt(letter: Letter): Promise<Readonly<{ error: unknown }> | undefined> {
    try {
      await handle(readEvent(letter.routingKey, letter.envelope));
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  /** True when the letter will be tried again, so that the later ones of its aggregate have to wait. */
  async function putOff(letter: Letter, error: unknown): Promise<boolean> {
    const reason = describeError(error);
    const verdict = verdictOn(error, letter.attempts, retryDelaysMs);
    const { retryInMs, attempts } = verdict;
    if (retryInMs === null) {
      const { eventId, routingKey, envelope: content } = letter;
      await mailbox.bury(deadLetterOf({ ...letter, consumer, attempts, content }, reason));
      options.onDead();
      logger.error({ consumer, eventId, routingKey, error: reason }, 'event moved to the dead letters');
      return false;
    }
    await mailbox.postpone(letter, { attempts, delayMs: retryInMs, error: reason });
    tellRetry(letter, verdict, reason);
    return true;
  }

  function tellRetry(
    { eventId, routingKey, ...letter }: Letter,
    { attempts, retryInMs }: Verdict,
    error: string,
  ): void {
    options.onRetry(retryInMs ?? 0);
    // What waits for something is told once.
    if (attempts === letter.attempts) return;
    const about = { consumer, eventId, routingKey, error, attempt: attempts, delay: retryInMs };
    logger.warn(about, 'event failed, will be tried again');
  }

  return {
    take,
    work,
    bury,
    async look() {
      for (const aggregateId of await mailbox.heldAggregates()) held.add(aggregateId);
    },
  };
}
