import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { graphAt, type Graph } from './graph.ts';
import { eventually } from './eventually.ts';
import { noRateLimits } from './no-rate-limits.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export type RunningSystem = Readonly<{
  graph: Graph;
  dataDirectory: string;
  process: ChildProcess;
  output: () => string;
  /** As Ctrl-C does. */
  stop: () => Promise<void>;
  /** As a power cut does. */
  kill: () => Promise<void>;
}>;

/** `npm start` without npm: the same script, on a port and a data folder of its own. */
export async function startAllInOne(
  options: Readonly<{ dataDirectory?: string; importFile?: string; env?: Record<string, string> }> = {},
): Promise<RunningSystem> {
  const dataDirectory = options.dataDirectory ?? mkdtempSync(path.join(tmpdir(), 'enghub-e2e-'));
  const port = await freePort();
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(port),
      ...noRateLimits,
      ENGHUB_DATA_DIR: dataDirectory,
      ENGHUB_IMPORT: options.importFile ?? 'off',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));

  const url = `http://127.0.0.1:${port}`;
  await eventually(
    async () => {
      if (child.exitCode !== null) throw new Error(`the system ended with ${child.exitCode}:\n${output}`);
      return (await fetch(`${url}/readyz`)).ok;
    },
    { within: 240_000, or: () => `the system was not ready in time:\n${output}` },
  );
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  return {
    graph: graphAt(url),
    dataDirectory,
    process: child,
    output: () => output,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** The folder may hold a link: as root, PostgreSQL runs as somebody else and keeps its data where that user may go. */
export function removeData({ dataDirectory }: RunningSystem): void {
  const data = path.join(dataDirectory, 'postgres');
  if (existsSync(data)) rmSync(realpathSync(data), { recursive: true, force: true });
  rmSync(dataDirectory, { recursive: true, force: true });
}
