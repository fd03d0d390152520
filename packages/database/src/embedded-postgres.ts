/** A PostgreSQL server out of an npm package, owned by this process: no installation, back when it dies, and no orphan when we die. */
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { findBinaries } from './embedded/binaries.ts';
import { initialise, locateDataDirectory } from './embedded/data-directory.ts';
import { keepRunning } from './embedded/keep-running.ts';
import { findPostmaster, launch, readOwner, recordOwner, shutDown, type Launched } from './embedded/postmaster.ts';
import { serverUser } from './embedded/unprivileged-user.ts';

export type EmbeddedPostgres = Readonly<{
  /** Of the database `enghub`, as its owner. */
  url: string;
  port: number;
  /** Where the data really is; not the directory asked for when the server's user cannot go there. */
  dataDirectory: string;
  stop(): Promise<void>;
}>;

export type EmbeddedPostgresOptions = Readonly<{
  dataDirectory: string;
  /** A free one when left out. */
  port?: number;
  /** False gives up safety against power loss for speed: for tests only. */
  durable?: boolean;
  /** Removes the data when the server stops, also when this process is killed. */
  temporary?: boolean;
  /** Hears when the server died and was started again, or could not be; that is tried until it succeeds. */
  onRestart?: (error?: unknown) => void;
}>;

const databaseName = 'enghub';
const ownerPatience = 500;
const shutdownPatience = 10_000;
const running = new Map<string, Promise<EmbeddedPostgres>>();

/** Starts the server of a data directory; in the same process, asking again answers the same server. */
export function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const key = path.resolve(options.dataDirectory);
  const known = running.get(key);
  if (known) return known;
  const started = start({ ...options, dataDirectory: key }, () => running.delete(key));
  running.set(key, started);
  started.catch(() => running.delete(key));
  return started;
}

async function start(options: EmbeddedPostgresOptions, onStop: () => void): Promise<EmbeddedPostgres> {
  const { durable = true, temporary = false, onRestart = () => undefined } = options;
  const user = serverUser();
  const binaries = findBinaries(user);
  const directory = locateDataDirectory(options.dataDirectory, user);
  await endForsakenServer(directory);
  initialise(directory, binaries, user, durable);

  const launchAt = (port: number): Promise<Launched> =>
    launch({ directory, port, binaries, user, settings: settings(durable), removeAfterwards: temporary });
  const { port, ...first } = await launchOnPort(options.port, launchAt);
  recordOwner(directory);
  try {
    await createDatabase(port);
  } catch (error) {
    await shutDown(directory);
    first.release();
    throw error;
  }
  const kept = keepRunning(first, () => launchAt(port), onRestart);

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await kept.letGo();
    await shutDown(directory);
    if (temporary) {
      rmSync(directory, { recursive: true, force: true });
      rmSync(options.dataDirectory, { recursive: true, force: true });
    }
    onStop();
  };
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/${databaseName}`,
    port,
    dataDirectory: directory,
    stop: () => (stopping ??= stop()),
  };
}

/** A server whose owner died is being ended by its reaper; one whose owner lives is none of our business. */
async function endForsakenServer(directory: string): Promise<void> {
  const found = findPostmaster(directory);
  if (!found) return;
  // A process that was killed a moment ago may take another one to be gone.
  const patience = Date.now() + ownerPatience;
  while (readOwner(directory) !== null && Date.now() < patience) await wait(20);
  const owner = readOwner(directory);
  if (owner !== null) {
    throw new Error(
      `The database in ${directory} is in use by process ${owner} (PostgreSQL on port ${found.port}). ` +
        'Stop that process first, or choose another data directory.',
    );
  }
  const deadline = Date.now() + shutdownPatience;
  while (findPostmaster(directory)?.pid === found.pid && Date.now() < deadline) await wait(20);
  await shutDown(directory);
}

async function launchOnPort<Launched>(
  wanted: number | undefined,
  attempt: (port: number) => Promise<Launched>,
): Promise<Launched & { port: number }> {
  for (let tries = 1; ; tries++) {
    const port = wanted || (await freePort());
    try {
      return { ...(await attempt(port)), port };
    } catch (error) {
      if (!String(error).includes('Address already in use')) throw error;
      if (wanted)
        throw new Error(`Port ${wanted}, wanted for PostgreSQL, is in use by another program.`, { cause: error });
      // Somebody took the free port between our look and the server's start.
      if (tries === 3) throw error;
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function createDatabase(port: number): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]);
    if (!rowCount) await client.query(`CREATE DATABASE ${databaseName}`);
  } finally {
    await client.end();
  }
}

function settings(durable: boolean): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    jit: 'off',
    timezone: 'UTC',
    // Refused statements are the caller's story; the server's own log keeps to the server.
    log_min_messages: 'log',
    log_checkpoints: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
}
