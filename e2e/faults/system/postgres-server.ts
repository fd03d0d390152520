/** A PostgreSQL of the run's own, that can be killed and started again on its data. */
import { findBinaries } from '@enghub/database/embedded/binaries';
import { initialise, locateDataDirectory } from '@enghub/database/embedded/data-directory';
import { serverUser } from '@enghub/database/embedded/unprivileged-user';
import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import type { Child, Family } from './children.ts';

export type PostgresServer = Readonly<{
  directory: string;
  port: number;
  /** Of the given database, as the owner of everything. */
  urlOf(database: string): string;
  start(): Promise<void>;
  /** All its processes at once. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  query<Row extends object>(text: string, database?: string): Promise<Row[]>;
}>;

export const databaseName = 'enghub';

/** Durable against the death of its processes, as a server should be; `settings` come on top. */
export async function makePostgres(
  family: Family,
  wanted: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const user = serverUser();
  const binaries = findBinaries(user);
  const directory = locateDataDirectory(wanted, user);
  const port = await freePort();
  let running: Child | undefined;

  async function start(): Promise<void> {
    initialise(directory, binaries, user, true);
    // Left by a server that was killed; all its processes are gone.
    const lock = path.join(directory, 'postmaster.pid');
    rmSync(lock, { force: true });
    const options = Object.entries({ ...usual, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const server = family.start('postgres', binaries.postgres, ['-D', directory, '-p', String(port), ...options], {
      ...user,
      env,
    });
    running = server;
    await eventually(
      async () => {
        if (!server.isRunning()) throw new Error(`the system ended: PostgreSQL\n${server.output()}`);
        return /^(ready|standby)\s*$/.test(readFileSync(lock, 'utf8').split('\n')[7] ?? '');
      },
      { within: 60_000, every: 10, or: () => `PostgreSQL did not start:\n${server.output()}` },
    );
  }

  const urlOf = (database: string) => `postgresql://postgres@127.0.0.1:${port}/${database}`;
  return {
    directory,
    port,
    urlOf,
    start,
    async kill() {
      const processes = processesIn(directory);
      await running?.kill();
      for (const pid of processes) endAtOnce(pid);
      while (processesIn(directory).length > 0) await pause(10);
    },
    // Open transactions are rolled back.
    stop: async () => running?.stop('SIGINT'),
    async query<Row extends object>(text: string, database = 'postgres') {
      const client = new pg.Client({ connectionString: urlOf(database), connectionTimeoutMillis: 5_000 });
      client.on('error', () => undefined);
      await client.connect();
      try {
        return (await client.query<Row>(text)).rows;
      } finally {
        await client.end();
      }
    },
  };
}

const usual = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  jit: 'off',
  timezone: 'UTC',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
};

/** Every process of a server works in its data directory. */
function processesIn(directory: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === directory;
      } catch {
        return false;
      }
    })
    .map(Number);
}

function endAtOnce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
