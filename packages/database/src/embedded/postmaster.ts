/** The server process: is one alive in this directory, whose is it, start it, end it. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import type { RunAs } from './unprivileged-user.ts';

export type Postmaster = Readonly<{ pid: number; port: number; ready: boolean }>;

export type Launched = Readonly<{
  pid: number;
  /** Resolves when the server is no more, however it went. */
  ended: Promise<void>;
  /** It may outlive us, or is dead already: the reaper need not wait for our end any more. */
  release(): void;
}>;

const pollMilliseconds = 10;

/** The live server of a data directory, if there is one. */
export function findPostmaster(directory: string): Postmaster | null {
  const [pid, , , port, , , , status] = readText(path.join(directory, 'postmaster.pid')).split('\n');
  if (!pid || !isAlive(Number(pid))) return null;
  if (process.platform === 'linux') {
    // After a crash or in a new container the number may belong to a stranger.
    const command = readText(`/proc/${pid}/cmdline`).split('\0');
    if (!command.includes(directory)) return null;
  }
  return { pid: Number(pid), port: Number(port), ready: /^(ready|standby)$/.test(status?.trim() ?? '') };
}

/** Who started it: recorded beside the data, with the start time, since numbers of processes come back. */
export function readOwner(directory: string): number | null {
  const [pid, started] = readText(ownerFile(directory)).split(' ');
  if (!pid || !isAlive(Number(pid)) || startTime(Number(pid)) !== started) return null;
  return Number(pid);
}

export function recordOwner(directory: string): void {
  writeFileSync(ownerFile(directory), `${process.pid} ${startTime(process.pid)}`);
}

/** Starts the server and a reaper that ends it when this process is gone, however it went. */
export async function launch(
  options: Readonly<{
    directory: string;
    port: number;
    binaries: Binaries;
    user: RunAs;
    settings: Readonly<Record<string, string>>;
    removeAfterwards: boolean;
  }>,
): Promise<Launched> {
  const { directory, port, binaries, user, settings } = options;
  removeStaleLock(directory);
  const logFile = path.join(directory, 'server.log');
  const log = openSync(logFile, 'w');
  const reaper = startReaper(options.removeAfterwards ? directory : '');
  const server = spawn(
    binaries.postgres,
    [
      '-D',
      directory,
      '-p',
      String(port),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...user, cwd: '/', detached: true, stdio: ['ignore', log, log], env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } },
  );
  closeSync(log);
  reaper.stdin?.write(`${server.pid}\n`);
  const release = (): void => void reaper.stdin?.end('released\n');

  let isOver = server.pid === undefined;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      isOver = true;
      resolve();
    };
    server.on('error', end);
    server.on('exit', end);
  });
  server.unref();
  while (!isOver) {
    const found = findPostmaster(directory);
    if (found?.pid === server.pid && found?.ready) return { pid: found.pid, ended, release };
    await wait(pollMilliseconds);
  }
  release();
  throw new Error(`PostgreSQL did not start in ${directory}:\n${readText(logFile)}`);
}

/** Fast shutdown: open transactions are rolled back, what was committed is on disk. */
export async function shutDown(directory: string): Promise<void> {
  const found = findPostmaster(directory);
  if (!found) return;
  try {
    process.kill(found.pid, 'SIGINT');
  } catch {
    return;
  }
  while (findPostmaster(directory)?.pid === found.pid) await wait(pollMilliseconds);
}

// A shell, not Node: it waits for as long as we live and should cost nothing.
const reaperScript = `
trap '' INT TERM HUP QUIT
read -r server || exit 0
read -r word && [ "$word" = released ] && exit 0
kill -INT "$server" 2>/dev/null
n=0
while kill -0 "$server" 2>/dev/null; do
  n=$((n + 1)); [ "$n" = 150 ] && kill -QUIT "$server" 2>/dev/null
  [ "$n" = 200 ] && break
  sleep 0.2
done
[ -n "$1" ] && rm -rf -- "$1"
`;

function startReaper(directoryToRemove: string): ChildProcess {
  const reaper = spawn('/bin/sh', ['-c', reaperScript, 'enghub-postgres-reaper', directoryToRemove], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // It may already be gone when we say goodbye.
  reaper.stdin?.on('error', () => undefined);
  reaper.unref();
  (reaper.stdin as unknown as { unref?: () => void }).unref?.();
  return reaper;
}

function removeStaleLock(directory: string): void {
  const lock = path.join(directory, 'postmaster.pid');
  if (process.platform !== 'linux' || !existsSync(lock) || findPostmaster(directory)) return;
  // Every process of a server works in its data directory; one left over would still write to the files.
  const leftOver = readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && workingDirectory(pid) === directory);
  if (!leftOver) rmSync(lock, { force: true });
}

function workingDirectory(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

const ownerFile = (directory: string): string => path.join(directory, 'enghub-owner');

/** Ticks since boot on Linux; elsewhere, and of the dead that nobody has buried yet, nothing. */
function startTime(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'ended' : (fields[19] ?? 'unknown');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
