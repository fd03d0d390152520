import type { DatabaseSession } from './database-session.ts';
import { createLanes } from './lanes.ts';
import type { Logger } from './logger.ts';
import { bury, collect, discard, lockConsumer, postpone, unlockConsumer, type Letter } from './mailbox.ts';
import { describeError, isPermanentFailure, readEvent, type Subscription } from './transport.ts';
import { startLoop } from './wake-up.ts';

export type MailboxWorker = Readonly<{ wake(): void; stop(): Promise<void> }>;

export type MailboxWorkerOptions = Readonly<{
  subscription: Subscription;
  session: DatabaseSession;
  retryDelaysMs: readonly number[];
  logger: Logger;
  onRetry: () => void;
  onDead: () => void;
}>;

const lettersPerRound = 200;
const aggregatesAtOnce = 8;

/** Empties one consumer's mailbox: in order per aggregate, several aggregates side by side. */
export function startMailboxWorker(options: MailboxWorkerOptions): MailboxWorker {
  const { subscription, session, retryDelaysMs, logger } = options;
  const consumer = subscription.queue;
  const busy = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();
  const lanes = createLanes(aggregatesAtOnce, (error) => {
    logger.warn({ consumer, error: describeError(error) }, 'could not settle an event, it will come again');
  });
  let lockedGeneration = 0;
  let stopping = false;

  async function round(): Promise<void> {
    if (stopping || busy.size >= aggregatesAtOnce * 4) return;
    if (lockedGeneration === 0 || lockedGeneration !== session.generation()) {
      lockedGeneration = 0;
      if (!(await lockConsumer(session, consumer))) return;
      lockedGeneration = session.generation();
    }
    const letters = await collect(session, consumer, [...busy], lettersPerRound);
    if (stopping) return;
    for (const [aggregateId, own] of byAggregate(letters)) {
      busy.add(aggregateId);
      lanes.add(aggregateId, () => work(aggregateId, own));
    }
    if (letters.length === lettersPerRound) loop.wake();
  }

  async function work(aggregateId: string, letters: readonly Letter[]): Promise<void> {
    const done: string[] = [];
    try {
      for (const letter of letters) {
        if (stopping) break;
        const failure = await attempt(letter);
        if (!failure) {
          done.push(letter.event_id);
          continue;
        }
        // Settled in order: a success must be gone from the table before a later event is put off.
        await discard(session, consumer, done.splice(0));
        if (await settle(letter, failure.error)) break;
      }
      await discard(session, consumer, done);
    } finally {
      busy.delete(aggregateId);
      loop.wake();
    }
  }

  async function attempt(letter: Letter): Promise<Readonly<{ error: unknown }> | undefined> {
    try {
      await subscription.handle(readEvent(letter.routing_key, letter.envelope));
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  /** True when the event will be tried again, so that the later ones of its aggregate have to wait. */
  async function settle(letter: Letter, error: unknown): Promise<boolean> {
    const reason = describeError(error);
    const about = { consumer, eventId: letter.event_id, routingKey: letter.routing_key, error: reason };
    const delay = isPermanentFailure(error) ? undefined : retryDelaysMs[letter.attempts];
    if (delay === undefined) {
      await bury(session, consumer, letter.event_id, reason);
      options.onDead();
      logger.error(about, 'event moved to the dead letters');
      return false;
    }
    await postpone(session, consumer, letter.event_id, delay, reason);
    options.onRetry();
    logger.warn({ ...about, attempt: letter.attempts + 1, delay }, 'event failed, will be tried again');
    const timer = setTimeout(() => {
      timers.delete(timer);
      loop.wake();
    }, delay + 5);
    timers.add(timer);
    return true;
  }

  const loop = startLoop(round, logger, `mailbox ${consumer}`);

  return {
    wake: () => loop.wake(),
    async stop() {
      if (stopping) return;
      stopping = true;
      for (const timer of timers) clearTimeout(timer);
      lanes.clear();
      await loop.stop();
      await lanes.idle();
      if (lockedGeneration !== 0 && lockedGeneration === session.generation()) {
        await unlockConsumer(session, consumer).catch(() => {});
      }
    },
  };
}

function byAggregate(letters: readonly Letter[]): Map<string, Letter[]> {
  const groups = new Map<string, Letter[]>();
  for (const letter of letters) {
    const group = groups.get(letter.aggregate_id) ?? [];
    group.push(letter);
    groups.set(letter.aggregate_id, group);
  }
  return groups;
}
