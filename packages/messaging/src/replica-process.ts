import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A process that relays, consumes, or both, beside others that do the same. */
export type Replica = Readonly<{
  published(): number;
  handled(): number;
  /** When it last did something of its role; 0 while it stands by. */
  workedAt(): number;
  kill(): Promise<void>;
}>;

/** Resolves when the process has taken up its roles, at work or standing by. */
export async function startReplica(environment: Readonly<Record<string, string>>): Promise<Replica> {
  const script = fileURLToPath(new URL('replica.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let published = 0;
  let handled = 0;
  let workedAt = 0;
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [word, what] = line.split(' ');
      if (word === 'ready') return resolve();
      workedAt = Date.now();
      if (word === 'publishes') published += Number(what);
      if (word === 'handled') handled += 1;
    });
    child.once('exit', () => reject(new Error('the replica ended before it was ready')));
  });
  return {
    published: () => published,
    handled: () => handled,
    workedAt: () => workedAt,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
