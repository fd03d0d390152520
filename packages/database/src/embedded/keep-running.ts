/** Starts a server again that died by itself: where it is embedded, nobody else would. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Launched } from './postmaster.ts';

export type KeptRunning = Readonly<{
  /** Leaves it alone from now on; resolves when no start of it is under way any more. */
  letGo(): Promise<void>;
}>;

const firstWait = 100;
const longestWait = 5_000;

/** `onRestart` hears of each attempt, with what went wrong where it did not succeed. */
export function keepRunning(
  first: Launched,
  launchAgain: () => Promise<Launched>,
  onRestart: (error?: unknown) => void,
): KeptRunning {
  let current = first;
  let isLeft = false;
  let starting: Promise<void> = Promise.resolve();

  const watch = (): void => {
    void current.ended.then(() => {
      if (isLeft) return;
      current.release();
      starting = startAgain();
    });
  };

  async function startAgain(): Promise<void> {
    for (let pause = firstWait; !isLeft; pause = Math.min(pause * 2, longestWait)) {
      await wait(pause);
      if (isLeft) return;
      try {
        current = await launchAgain();
        onRestart();
        return watch();
      } catch (error) {
        onRestart(error);
      }
    }
  }

  watch();
  return {
    async letGo() {
      isLeft = true;
      await starting;
      current.release();
    },
  };
}
