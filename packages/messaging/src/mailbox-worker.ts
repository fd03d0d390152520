import { createDesk, type Desk } from './desk.ts';
import { createLanes, type Lanes } from './lanes.ts';
import type { Logger } from './logger.ts';
import type { Letter, Mailbox } from './mailbox.ts';
import { describeError, type Subscription } from './transport.ts';
import { startLoop } from './wake-up.ts';

export type MailboxWorker = Readonly<{
  desk: Desk;
  /** Everything that is done for one aggregate is done here, one after the other, wherever it came from. */
  lanes: Lanes;
  wake(): void;
  stop(): Promise<void>;
}>;

export type MailboxWorkerOptions = Readonly<{
  subscription: Subscription;
  mailbox: Mailbox;
  retryDelaysMs: readonly number[];
  logger: Logger;
  onRetry: () => void;
  onDead: () => void;
  /** Says in the consumer's database who hears what, once it is true; false when it is not yet. */
  register: () => Promise<boolean>;
  /** Hears at each round whether this process is the one that works for the consumer. */
  onTurn?: (hasTurn: boolean) => Promise<void>;
  /** Before the turn goes to another process. */
  beforeEnd?: () => Promise<void>;
}>;

const lettersPerRound = 200;
const aggregatesAtOnce = 8;
const databaseAwayMs = 1_000;
const askEveryMs = 1_000;

/** Empties one consumer's mailbox: in order per aggregate, several aggregates side by side. */
export function startMailboxWorker(options: MailboxWorkerOptions): MailboxWorker {
  const { subscription, mailbox, retryDelaysMs, logger } = options;
  const consumer = subscription.queue;
  const busy = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();
  const lanes = createLanes(aggregatesAtOnce, (error) => {
    logger.warn({ consumer, error: describeError(error) }, 'could not settle an event, it will come again');
  });
  let stopping = false;
  let isRegistered = false;
  let isWithheld = true;
  let askedAt = 0;

  const desk = createDesk({
    subscription,
    mailbox,
    retryDelaysMs,
    logger,
    isStopping: () => stopping,
    pause: () => new Promise((resolve) => setTimeout(resolve, databaseAwayMs)),
    onRetry: (delayMs) => {
      options.onRetry();
      wakeIn(delayMs + 5);
    },
    onDead: options.onDead,
  });

  async function round(): Promise<void> {
    if (stopping) return;
    isRegistered ||= await options.register();
    if (!(await mayHaveTurn())) return handOver();
    if (busy.size >= aggregatesAtOnce * 4) return;
    const hasTurn = await mailbox.takeTurn();
    await options.onTurn?.(hasTurn);
    if (!hasTurn) return;
    const letters = await mailbox.collect([...busy], lettersPerRound);
    if (stopping) return;
    for (const [aggregateId, own] of byAggregate(letters)) {
      busy.add(aggregateId);
      lanes.add(aggregateId, () => work(aggregateId, own));
    }
    if (letters.length === lettersPerRound) loop.wake();
  }

  /** Asked now and then: who wants the turn waits for it. */
  async function mayHaveTurn(): Promise<boolean> {
    if (isWithheld || Date.now() - askedAt >= askEveryMs) {
      isWithheld = await mailbox.isWithheld();
      askedAt = Date.now();
    }
    return !isWithheld;
  }

  /** Whoever has the turn next finds everything in the mailbox or at the broker, and nothing under way. */
  async function handOver(): Promise<void> {
    await options.onTurn?.(false);
    if (!mailbox.hasTurn()) return;
    lanes.clear();
    await lanes.idle();
    busy.clear();
    await mailbox.endTurn();
    logger.info({ consumer }, 'handed over the turn of the mailbox');
  }

  async function work(aggregateId: string, letters: readonly Letter[]): Promise<void> {
    try {
      await desk.work(letters);
    } finally {
      busy.delete(aggregateId);
      loop.wake();
    }
  }

  function wakeIn(ms: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      loop.wake();
    }, ms);
    timers.add(timer);
  }

  const loop = startLoop(round, logger, `mailbox ${consumer}`);

  return {
    desk,
    lanes,
    wake: () => loop.wake(),
    async stop() {
      if (stopping) return;
      stopping = true;
      for (const timer of timers) clearTimeout(timer);
      lanes.clear();
      await loop.stop();
      await lanes.idle();
      await options.beforeEnd?.();
      await mailbox.endTurn().catch(() => {});
    },
  };
}

function byAggregate(letters: readonly Letter[]): Map<string, Letter[]> {
  const groups = new Map<string, Letter[]>();
  for (const letter of letters) {
    const group = groups.get(letter.aggregateId) ?? [];
    group.push(letter);
    groups.set(letter.aggregateId, group);
  }
  return groups;
}
