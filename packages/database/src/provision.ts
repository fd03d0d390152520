/** Brings a database to what the code expects: schema, roles, migrations, grants. Safe to run anywhere, any time. */
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { readMigrations, type Migration } from './engine/migrations.ts';
import { grant, grantsDiffer } from './grants.ts';
import { compareWithHistory, readHistory } from './migration-history.ts';
import { ensureRole, inspectRole, rolesOf, type Role } from './roles.ts';

/** The functions that every subgraph's migrations build on. */
export const foundationMigrations = fileURLToPath(new URL('../foundation', import.meta.url));

export type ProvisionOptions = Readonly<{
  ownerUrl: string;
  /** The PostgreSQL schema of the subgraph. */
  namespace: string;
  migrationDirectories: readonly string[];
}>;

export type Provisioned = Readonly<{
  /** For requests and consumers: under row-level security, never the owner. */
  appUrl: string;
  /** For the outbox relay: outbox and mailbox of every tenant, nothing else. */
  relayUrl: string;
}>;

// Advisory locks are per database, so five subgraphs of one database migrate one after the other.
const lockKey = 'enghub provision';

export async function provision(options: ProvisionOptions): Promise<Provisioned> {
  const { ownerUrl, namespace } = options;
  if (!/^[a-z][a-z0-9_]{0,50}$/.test(namespace)) throw new Error(`"${namespace}" cannot be the name of a schema`);
  const migrations = readMigrations(options.migrationDirectories);
  const { app, relay } = rolesOf(ownerUrl, namespace);
  const urls = { appUrl: app.url, relayUrl: relay.url };

  const owner = await connectOrCreate(ownerUrl);
  try {
    const inspect = (): Promise<boolean> => rolesReady([app, relay], namespace);
    if ((await isComplete(owner, namespace, migrations)) && (await inspect())) return urls;

    await owner.query(`SET lock_timeout = '120s'`);
    await owner.query('SELECT pg_advisory_lock(hashtext($1))', [lockKey]);
    await owner.query(`CREATE SCHEMA IF NOT EXISTS ${namespace}`);
    if (!(await inspect())) {
      for (const role of [app, relay]) await ensureRole(owner, role, namespace);
    }
    await migrate(owner, options, migrations);
    await refuseUnsecuredTables(owner, namespace);
    if (await grantsDiffer(owner, namespace)) await grant(owner, namespace);
    if (!(await inspect())) {
      throw new Error(`${app.name} or ${relay.name} cannot log in as they were set up; look at pg_hba.conf`);
    }
    return urls;
  } finally {
    // Closing the session gives the lock back.
    await owner.end();
  }
}

async function connectOrCreate(ownerUrl: string): Promise<pg.Client> {
  try {
    return await connect(ownerUrl);
  } catch (error) {
    if (codeOf(error) !== '3D000') throw error;
  }
  const maintenance = new URL(ownerUrl);
  const name = decodeURIComponent(maintenance.pathname.slice(1));
  maintenance.pathname = '/postgres';
  const client = await connect(maintenance.toString());
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } catch (error) {
    // Another process was as quick as we.
    if (codeOf(error) !== '42P04' && codeOf(error) !== '23505') throw error;
  } finally {
    await client.end();
  }
  return connect(ownerUrl);
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 15_000 });
  // The query that is under way fails as well; this only keeps a lost connection from ending the process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function rolesReady(roles: readonly Role[], namespace: string): Promise<boolean> {
  const states = await Promise.all(roles.map((role) => inspectRole(role, namespace)));
  return states.every((state) => state === 'ready');
}

async function isComplete(owner: pg.Client, namespace: string, migrations: readonly Migration[]): Promise<boolean> {
  const { rows } = await owner.query<{ known: boolean }>(
    `SELECT to_regclass($1) IS NOT NULL AND to_regrole($2) IS NOT NULL AND to_regrole($3) IS NOT NULL AS known`,
    [`${namespace}._prisma_migrations`, `${namespace}_app`, `${namespace}_relay`],
  );
  if (!rows[0]?.known) return false;
  const { missing, interrupted } = compareWithHistory(namespace, migrations, await readHistory(owner, namespace));
  return missing.length === 0 && interrupted.length === 0 && !(await grantsDiffer(owner, namespace));
}

async function migrate(owner: pg.Client, options: ProvisionOptions, migrations: readonly Migration[]): Promise<void> {
  const { ownerUrl: url, namespace, migrationDirectories: directories } = options;
  const { missing, interrupted } = compareWithHistory(namespace, migrations, await readHistory(owner, namespace));
  if (missing.length === 0 && interrupted.length === 0) return;

  // Megabytes of WebAssembly, loaded only when there is work for it.
  const { applyMigrations, forgetMigration } = await import('./schema-engine.ts');
  for (const name of interrupted) await forgetMigration({ url, namespace, name });
  try {
    await applyMigrations({ url, namespace, directories });
  } catch (error) {
    const failed = compareWithHistory(namespace, migrations, await readHistory(owner, namespace)).interrupted;
    for (const name of failed) await forgetMigration({ url, namespace, name });
    throw new Error(`Migration ${failed.join(', ') || missing.join(', ')} of ${namespace} failed: ${describe(error)}`, {
      cause: error,
    });
  }
}

/** A table somebody forgot to secure would show every tenant's rows to every tenant. */
async function refuseUnsecuredTables(owner: pg.Client, namespace: string): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`,
    [namespace],
  );
  if (rows.length === 0) return;
  const calls = rows.map(({ name }) => `SELECT secure_table('${namespace}.${name}');`);
  throw new Error(`Tables with a tenant_id are open to every tenant. Add to the migration: ${calls.join(' ')}`);
}

/** What the server said, without the engine's account of its own call stack. */
function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\n\s+0: [\s\S]*/, '').replace(/^[\s\S]*?(?=ERROR: )/, '');
}

const codeOf = (error: unknown): string | undefined => (error as { code?: string }).code;
