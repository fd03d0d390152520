/** A database per test file: cloned from a migrated template, so that it costs a moment and shares nothing. */
import { createHash, randomBytes } from 'node:crypto';
import { readMigrations } from '@enghub/database/engine/migrations';
import { provision } from '@enghub/database/provision';
import { rolesOf } from '@enghub/database/roles';
import pg from 'pg';
import { inject } from 'vitest';
import type {} from './postgres-global-setup.ts';

export type FreshDatabase = Readonly<{
  /** For arranging and inspecting: sees the rows of all tenants. */
  ownerUrl: string;
  /** As the subgraph logs in. */
  appUrl: string;
  relayUrl: string;
  drop(): Promise<void>;
}>;

/** Makes a database that is migrated for one subgraph and otherwise empty. Drop it in `afterAll`. */
export async function freshDatabase(
  namespace: string,
  migrationDirectories: readonly string[],
): Promise<FreshDatabase> {
  const serverUrl = inject('postgresUrl');
  const prefix = inject('postgresPrefix');
  const template = await ensureTemplate({ serverUrl, prefix, namespace, migrationDirectories });
  const name = `${prefix}_${namespace}_${randomBytes(5).toString('hex')}`;
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));

  const ownerUrl = databaseUrl(serverUrl, name);
  const { app, relay } = rolesOf(ownerUrl, namespace);
  return {
    ownerUrl,
    appUrl: app.url,
    relayUrl: relay.url,
    drop: () => withClient(serverUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

/** An empty database with no schema at all, for tests of what happens before one is migrated. */
export async function emptyDatabase(): Promise<Readonly<{ ownerUrl: string; drop(): Promise<void> }>> {
  const serverUrl = inject('postgresUrl');
  const name = `${inject('postgresPrefix')}_empty_${randomBytes(5).toString('hex')}`;
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${name}`));
  return {
    ownerUrl: databaseUrl(serverUrl, name),
    drop: () => withClient(serverUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

async function ensureTemplate(options: {
  serverUrl: string;
  prefix: string;
  namespace: string;
  migrationDirectories: readonly string[];
}): Promise<string> {
  const { serverUrl, prefix, namespace, migrationDirectories } = options;
  const hash = createHash('sha256');
  for (const { name, checksum } of readMigrations(migrationDirectories)) hash.update(`${name} ${checksum}\n`);
  const template = `${prefix}_${namespace}_t${hash.digest('hex').slice(0, 10)}`;

  await withClient(serverUrl, async (client) => {
    // Other workers want the same template at the same moment.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    const { rows } = await client.query<{ finished: boolean }>(
      'SELECT datistemplate AS finished FROM pg_database WHERE datname = $1',
      [template],
    );
    if (rows[0]?.finished) return;
    if (rows[0]) await client.query(`DROP DATABASE ${template} WITH (FORCE)`);
    await provision({ ownerUrl: databaseUrl(serverUrl, template), namespace, migrationDirectories });
    await client.query(`ALTER DATABASE ${template} WITH IS_TEMPLATE true`);
  });
  return template;
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 15_000 });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
