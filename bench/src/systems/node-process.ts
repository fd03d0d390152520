import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export type NodeProcess = Readonly<{ name: string; pid: number; output: () => string; stop: () => Promise<void> }>;

export type NodeProcessOptions = Readonly<{
  name: string;
  /** Relative to the repository. */
  main: string;
  env: Readonly<Record<string, string>>;
  /** Where a CPU profile is left when the process stops. */
  profileDirectory?: string | undefined;
  /** For Node itself. */
  flags?: readonly string[];
}>;

const STOP_MS = 30_000;

/** One of our programs with the settings of production and nothing of this shell but the path. */
export function startNode({ name, main, env, profileDirectory, flags = [] }: NodeProcessOptions): NodeProcess {
  // Not a name of its own: the thread that loads modules leaves a profile too.
  const profiling = profileDirectory ? ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}/${name}`] : [];
  const words = [...flags, ...profiling, '--import', './scripts/stop-with-parent.mjs', '--import', 'tsx', main];
  const child = spawn(process.execPath, words, {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      APOLLO_TELEMETRY_DISABLED: 'true',
      NODE_ENV: 'production',
      LUAGUAGE_SIMULATOR_ALLOW_IN_PRODUCTION: 'true',
      LOG_LEVEL: 'warn',
      // One user asks for all of them here.
      RATE_WORK_ORDER_COMMANDS: '0',
      RATE_REPORT_COMMANDS: '0',
      RATE_OPERATIONS: '0',
      RATE_STRANGERS: '0',
      RATE_ADDRESS: '0',
      ...(process.env.BENCH_NODE_OPTIONS ? { NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS } : {}),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  // The end of what it said is enough to tell why it failed.
  const keep = (text: Buffer) => (output = (output + text.toString()).slice(-20_000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    name,
    pid: child.pid!,
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Waits for `/readyz`; tells what the processes said when one of them is gone. */
export async function untilReady(url: string, behind: readonly NodeProcess[], withinMs = 300_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const gone = behind.find(({ pid }) => !isAlive(pid));
    if (gone) throw new Error(`${gone.name} ended:\n${gone.output()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await pause(25);
  }
  throw new Error(`${url} is not ready:\n${behind.map(({ name, output }) => `${name}: ${output()}`).join('\n')}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
