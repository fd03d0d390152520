import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type CrashPoint = 'before-commit' | 'after-commit';

export type CrashingConsumer = Readonly<{ reachedCrashPoint: Promise<void>; kill(): Promise<void> }>;

/** Starts a consumer in a process of its own that stands still at the crash point, to be killed there. */
export function startCrashingConsumer(environment: Readonly<Record<string, string>>): CrashingConsumer {
  const script = fileURLToPath(new URL('crashing-consumer.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    reachedCrashPoint: new Promise((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('at the crash point')) resolve();
      });
      child.once('exit', () => reject(new Error('the consumer ended before its crash point')));
    }),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
