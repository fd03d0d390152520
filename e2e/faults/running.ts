/** The system of the run that is under way: whatever ends this process ends that too. */
import type { System } from './system/system.ts';

let running: System | null = null;

export function onSystem(system: System | null): void {
  running = system;
}

export function stopWithUs(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      console.error(`\n${signal}: stopping what was started …`);
      void (running?.stop() ?? Promise.resolve()).finally(() => process.exit(1));
    });
  }
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 1_000).unref();
}
