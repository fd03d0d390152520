import type { Logger } from './logger.ts';

/** A loop that runs when it is woken, at least every second, and never twice at once. */
export type WakeUp = Readonly<{ wake(): void; stop(): Promise<void> }>;

const safetyPollMs = 1_000;
const slowestMs = 5_000;

/** Failing rounds are repeated ever more slowly; the loop itself never ends with an error. */
export function startLoop(round: () => Promise<void>, logger: Logger, name: string): WakeUp {
  let stopped = false;
  let dirty = true;
  let failures = 0;
  let interrupt: (() => void) | undefined;

  async function pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    interrupt = undefined;
  }

  async function run(): Promise<void> {
    while (!stopped) {
      dirty = false;
      try {
        await round();
        if (failures > 0) logger.info({ loop: name, failures }, 'works again');
        failures = 0;
      } catch (error) {
        failures += 1;
        logger.warn(
          { loop: name, failures, error: error instanceof Error ? error.message : String(error) },
          'failed, will try again',
        );
      }
      if (stopped) break;
      // While something is down, being woken must not turn the loop into a hot one.
      if (failures > 0) await pause(Math.min(slowestMs, 50 * 2 ** Math.min(failures, 10)));
      else if (!dirty) await pause(safetyPollMs);
    }
  }

  const running = run();
  return {
    wake() {
      dirty = true;
      if (failures === 0) interrupt?.();
    },
    async stop() {
      stopped = true;
      interrupt?.();
      await running;
    },
  };
}
