/**
 * Two PostgreSQL servers of which one leads and the other follows: no commit is answered before both have it. So a
 * promotion loses nothing, and while there is no follower nothing is committed.
 */
import { copyToStandby } from '@enghub/testkit/postgres-standby';
import { rmSync } from 'node:fs';
import path from 'node:path';
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
    await copyToStandby({ url: leader.urlOf('postgres'), directory: leader.directory }, other.directory);
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
