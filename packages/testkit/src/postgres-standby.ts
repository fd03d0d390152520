/** A PostgreSQL that follows another one of this machine, as a read replica does. */
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@enghub/database/embedded-postgres';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';

export type ReplicatedPostgres = Readonly<{
  primary: EmbeddedPostgres;
  standby: EmbeddedPostgres;
  stop(): Promise<void>;
}>;

/** Two servers of the test's own; the standby is asynchronous. Stop them in `afterAll`. */
export async function startReplicatedPostgres(): Promise<ReplicatedPostgres> {
  const folder = mkdtempSync(path.join(tmpdir(), 'enghub-replicated-'));
  // As root the servers run as somebody else, who must be able to pass.
  chmodSync(folder, 0o711);
  const dataDirectory = path.join(folder, 'primary');
  const primary = await startEmbeddedPostgres({ dataDirectory, durable: false, temporary: true });
  const stopPrimary = async () => {
    await primary.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const standby = await startStandby(primary.url);
    return { primary, standby, stop: () => standby.stop().then(stopPrimary) };
  } catch (error) {
    await stopPrimary();
    throw error;
  }
}

/** Follows the server behind a superuser's URL, whose files must be on this machine. Stop it before that server. */
export async function startStandby(primaryUrl: string): Promise<EmbeddedPostgres> {
  const folder = mkdtempSync(path.join(tmpdir(), 'enghub-standby-'));
  chmodSync(folder, 0o711);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const dataDirectory = path.join(folder, 'data');
  try {
    const settings = { max_standby_streaming_delay: '100ms' };
    await copyToStandby({ url: primaryUrl, directory: await directoryOf(primaryUrl) }, dataDirectory, settings);
    const standby = await startEmbeddedPostgres({ dataDirectory, durable: false, temporary: true });
    return { ...standby, stop: () => standby.stop().then(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

async function directoryOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<{ data_directory: string }>('SHOW data_directory')).rows[0]!.data_directory;
  } finally {
    await client.end();
  }
}

/**
 * Copies the files of a server as they are while it works, with what makes a whole of them and a follower out of whoever
 * starts on them: a copy that needs no other program.
 */
export async function copyToStandby(
  server: Readonly<{ url: string; directory: string }>,
  to: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(`SELECT pg_backup_start('follower', true)`);
    // What is rewritten or removed meanwhile is told of and no error: the log that follows puts it right.
    spawnSync('cp', ['-a', server.directory, to]);
    for (const file of ['postmaster.pid', 'postmaster.opts', 'enghub-owner'])
      rmSync(path.join(to, file), { force: true });
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    const primary = `host=127.0.0.1 port=${new URL(server.url).port} user=postgres application_name=follower`;
    const lines = Object.entries({ ...settings, primary_conninfo: primary }).map(([name, it]) => `${name} = '${it}'\n`);
    const { uid, gid } = statSync(to);
    for (const [name, text] of [
      ['backup_label', rows[0]!.labelfile],
      ['standby.signal', ''],
      ['postgresql.auto.conf', lines.join('')],
    ] as const) {
      writeFileSync(path.join(to, name), text);
      chownSync(path.join(to, name), uid, gid);
    }
  } finally {
    await client.end();
  }
}
