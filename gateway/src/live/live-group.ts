/** All subscribers who are to see the same: one execution serves them. */
import type { LiveBus } from '@enghub/messaging/live';
import type { ExecutionResult } from 'graphql';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { latestOnly, type LatestOnly } from './latest-only.ts';

/** One answer for many subscribers, turned into text once. */
export type SharedResult = Readonly<{
  result: ExecutionResult;
  text: string;
  /** Something that it needs was away: asked again, it may say more. */
  isIncomplete: boolean;
}>;

export type LiveGroup = Readonly<{
  /** The stream begins with a snapshot that is no older than the join. */
  join(): LatestOnly<SharedResult>;
  /** Resolves when the topic is bound, fails when it cannot be. */
  bound: Promise<void>;
  end(): void;
}>;

export type GroupOptions = Readonly<{
  bus: LiveBus;
  topic: string;
  execute: () => Promise<SharedResult>;
  onEmpty: () => void;
  /** How soon an incomplete answer is asked for again; each time twice as late, up to twenty times this. */
  askAgainMs?: number;
}>;

const usuallyAgainMs = 500;

export function createLiveGroup(options: GroupOptions): LiveGroup {
  const { bus, topic, execute, onEmpty, askAgainMs = usuallyAgainMs } = options;
  const members = new Set<LatestOnly<SharedResult>>();
  const newcomers = new Set<LatestOnly<SharedResult>>();
  let unbind: (() => void) | null = null;
  /** Why everybody is to get an answer: something changed, or the last answer was incomplete. */
  let due: 'change' | 'again' | null = null;
  let running = false;
  let ended = false;
  let again: NodeJS.Timeout | undefined;
  let againMs = askAgainMs;

  /** Changes that arrive while one execution runs are answered by one more, whatever their number. */
  async function run(): Promise<void> {
    if (running) return;
    running = true;
    while (!ended && (due || newcomers.size > 0)) {
      // What else happens in this turn belongs to the same answer, and others get theirs in between.
      await nextTurn();
      if (ended) break;
      const why = due;
      const waiting = [...newcomers];
      due = null;
      newcomers.clear();
      const shared = await execute();
      // Whoever was told that something is away need not be told so again.
      const isNews = why === 'change' || (why === 'again' && !shared.isIncomplete);
      for (const member of isNews ? members : waiting) member.push(shared);
      if (shared.isIncomplete) askAgainLater();
      else if (isNews) askNoMore();
    }
    running = false;
  }

  /** The change that could not be shown may have been the last one: nobody would tell when it can be. */
  function askAgainLater(): void {
    if (ended || again) return;
    again = setTimeout(() => {
      again = undefined;
      due ??= 'again';
      void run();
    }, againMs);
    againMs = Math.min(againMs * 2, askAgainMs * 20);
  }

  function askNoMore(): void {
    clearTimeout(again);
    again = undefined;
    againMs = askAgainMs;
  }

  function end(): void {
    if (ended) return;
    ended = true;
    clearTimeout(again);
    unbind?.();
    for (const member of members) member.end();
    onEmpty();
  }

  const bound = bus
    .subscribe(topic, () => {
      due = 'change';
      void run();
    })
    .then((unsubscribe) => {
      // The last member may have left while the topic was being bound.
      if (ended) return unsubscribe();
      unbind = unsubscribe;
    });

  return {
    bound,
    end,
    join() {
      const member = latestOnly<SharedResult>(() => {
        members.delete(member);
        newcomers.delete(member);
        if (members.size === 0) end();
      });
      members.add(member);
      newcomers.add(member);
      // Only a change after the binding is heard, so the snapshot is taken after it.
      bound.then(
        () => run(),
        () => member.end(),
      );
      return member;
    },
  };
}
