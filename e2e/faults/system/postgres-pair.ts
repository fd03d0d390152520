/**
 * Two PostgreSQL servers of which one leads and the other follows: no commit is answered before both have it. So a
 * promotion loses nothing, and while there is no follower nothing is committed.
 */
import { spawnSync } from 'node:child_process';
import { chownSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { eventually } from '../../support/eventually.ts';
import type { Family } from './children.ts';
import { makePostgres, type PostgresServer } from './postgres-server.ts';

export type PostgresPair = Readonly<{
  primary(): PostgresServer;
  /** The follower leads from now on; whoever led must be dead. */
  promote(): Promise<void>;
  /** Makes a follower out of the one that does not lead; resolves when commits are safe on both. */
  follow(): Promise<void>;
  stop(): Promise<void>;
}>;

const settings = { synchronous_standby_names: '*', wal_keep_size: '512MB', hot_standby: 'on' };

export async function startPostgresPair(family: Family, folder: string): Promise<PostgresPair> {
  const first = await makePostgres(family, path.join(folder, 'postgres-1'), settings);
  const second = await makePostgres(family, path.join(folder, 'postgres-2'), settings);
  let leader = first;
  let other = second;

  async function follow(): Promise<void> {
    rmSync(other.directory, { recursive: true, force: true });
    await copyOf(leader, other.directory);
    const mark = path.join(other.directory, 'standby.signal');
    const line = `primary_conninfo = 'host=127.0.0.1 port=${leader.port} user=postgres application_name=follower'\n`;
    const { uid, gid } = statSync(other.directory);
    const conf = path.join(other.directory, 'postgresql.auto.conf');
    writeFileSync(mark, '');
    writeFileSync(conf, line);
    for (const file of [mark, conf]) chownSync(file, uid, gid);
    await other.start();
    await eventually(
      async () => {
        const [row] = await leader.query<{ state: string }>('SELECT sync_state AS state FROM pg_stat_replication');
        return row?.state === 'sync';
      },
      { within: 30_000, every: 20, or: () => 'the second PostgreSQL does not follow' },
    );
  }

  await leader.start();
  await follow();
  return {
    primary: () => leader,
    async promote() {
      await other.query('SELECT pg_promote(true, 30)');
      [leader, other] = [other, leader];
    },
    follow,
    async stop() {
      // The one that waits for a follower would wait with its end.
      await Promise.all([leader.kill(), other.kill()]);
    },
  };
}

/** The files as they are while it works, and what makes a whole of them: a copy that needs no other program. */
async function copyOf(server: PostgresServer, to: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.urlOf('postgres') });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(`SELECT pg_backup_start('follower', true)`);
    // What is rewritten or removed meanwhile is told of and no error: the log that follows puts it right.
    spawnSync('cp', ['-a', server.directory, to]);
    for (const file of ['postmaster.pid', 'postmaster.opts']) rmSync(path.join(to, file), { force: true });
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    const label = path.join(to, 'backup_label');
    writeFileSync(label, rows[0]!.labelfile);
    const { uid, gid } = statSync(to);
    chownSync(label, uid, gid);
  } finally {
    await client.end();
  }
}
