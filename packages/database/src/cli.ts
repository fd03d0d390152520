/** `npm run db -- new <subgraph> <name>` · `drift [subgraph]` · `migrate [subgraph]` · `status` */
import { existsSync, mkdtempSync, readdirSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { readMigrations } from './engine/migrations.ts';
import { compareWithHistory, readHistory } from './migration-history.ts';
import { foundationMigrations, provision } from './provision.ts';
import { findDrift, writeMigration } from './schema-engine.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const sharedMigrations = [
  foundationMigrations,
  path.join(root, 'packages/messaging/migrations'),
  path.join(root, 'packages/audit/migrations'),
  path.join(root, 'packages/encryption/migrations'),
];

/** Made by the migrations of packages and used through SQL only, so no schema.prisma knows them. */
const externalTables = [
  'outbox',
  'outbox_archive',
  'inbox',
  'mailbox',
  'dead_letters',
  'consumers',
  'requests',
  'audit_entries',
  'audit_seals',
  'data_keys',
];

const usage = `Usage: npm run db -- <command>
  new <subgraph> <name>   write a migration for what changed in its schema.prisma
  drift [subgraph]        fail when migrations and schema.prisma disagree
  migrate [subgraph]      bring the databases of …_DATABASE_URL up to date
  status                  what is applied in the databases of …_DATABASE_URL
new and drift work on a scratch database: of DATABASE_URL when it is set, else of a throw-away server.`;

type Subgraph = Readonly<{
  name: string;
  namespace: string;
  schemaFile: string;
  migrationsDirectory: string;
  migrationDirectories: readonly string[];
  /** Where it really runs, if the environment says so. */
  url: string | undefined;
}>;

function findSubgraphs(wanted: string | undefined): Subgraph[] {
  const folder = path.join(root, 'subgraphs');
  const names = readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'prisma/schema.prisma')));
  if (wanted && !names.includes(wanted))
    fail(`There is no subgraph "${wanted}" with a schema.prisma: ${names.join(', ')}`);
  return names
    .filter((name) => !wanted || name === wanted)
    .map((name) => {
      const namespace = name.replaceAll('-', '_');
      const migrationsDirectory = path.join(folder, name, 'prisma/migrations');
      return {
        name,
        namespace,
        schemaFile: path.join(folder, name, 'prisma/schema.prisma'),
        migrationsDirectory,
        migrationDirectories: [...sharedMigrations, migrationsDirectory],
        url: process.env[`${namespace.toUpperCase()}_DATABASE_URL`],
      };
    });
}

const driftOptions = ({ schemaFile, migrationDirectories, migrationsDirectory }: Subgraph, url: string) => ({
  url,
  schemaFile,
  directories: migrationDirectories.filter((directory) => directory !== migrationsDirectory || existsSync(directory)),
  externalTables,
});

async function withServer<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  if (process.env.DATABASE_URL) return work(process.env.DATABASE_URL);
  const folder = mkdtempSync(path.join(tmpdir(), 'enghub-db-'));
  chmodSync(folder, 0o711);
  const dataDirectory = path.join(folder, 'postgres');
  const server = await startEmbeddedPostgres({ dataDirectory, durable: false, temporary: true });
  try {
    return await work(server.url);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeNew(subgraph: Subgraph, name: string): Promise<void> {
  const { migrationsDirectory } = subgraph;
  const file = await withServer((url) =>
    writeMigration({ ...driftOptions(subgraph, url), name, migrationsDirectory, now: new Date() }),
  );
  console.log(file ? `Wrote ${path.relative(process.cwd(), file)}. Read it before you commit it.` : 'Nothing changed.');
}

async function reportDrift(subgraphs: readonly Subgraph[]): Promise<void> {
  await withServer(async (url) => {
    for (const subgraph of subgraphs) {
      const drift = await findDrift(driftOptions(subgraph, url));
      if (drift === null) {
        console.log(`${subgraph.name}: migrations and schema.prisma agree`);
      } else {
        process.exitCode = 2;
        console.log(`${subgraph.name}: the migrations lack\n${drift}`);
      }
    }
  });
}

async function migrate(subgraphs: readonly Subgraph[]): Promise<void> {
  for (const { name, namespace, migrationDirectories, url } of subgraphs) {
    if (url) await provision({ ownerUrl: url, namespace, migrationDirectories });
    console.log(
      url ? `${name}: up to date` : `${name}: left alone, ${namespace.toUpperCase()}_DATABASE_URL is not set`,
    );
  }
}

async function reportStatus(subgraphs: readonly Subgraph[]): Promise<void> {
  for (const { name, namespace, migrationDirectories, url } of subgraphs) {
    const migrations = readMigrations(migrationDirectories);
    if (!url) {
      console.log(`${name}: ${migrations.length} migrations; ${namespace.toUpperCase()}_DATABASE_URL is not set`);
      continue;
    }
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    await client.connect();
    try {
      const history = await readHistory(client, namespace);
      const { missing, interrupted } = compareWithHistory(namespace, migrations, history);
      const newer = history.filter((applied) => !migrations.some((migration) => migration.name === applied.name));
      console.log(
        `${name}: ${migrations.length - missing.length - interrupted.length} of ${migrations.length} applied`,
      );
      for (const pending of [...missing, ...interrupted]) console.log(`  to apply: ${pending}`);
      for (const { name: unknown } of newer) console.log(`  from a newer version: ${unknown}`);
    } finally {
      await client.end();
    }
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

async function main([command, subgraph, ...words]: string[]): Promise<void> {
  if (command === 'new' && subgraph && words.length > 0) {
    const [one] = findSubgraphs(subgraph);
    if (one) await writeNew(one, words.join(' '));
  } else if (command === 'drift') await reportDrift(findSubgraphs(subgraph));
  else if (command === 'migrate') await migrate(findSubgraphs(subgraph));
  else if (command === 'status') await reportStatus(findSubgraphs(subgraph));
  else fail(usage);
}

await main(process.argv.slice(2)).catch((error: unknown) =>
  fail(error instanceof Error ? error.message : String(error)),
);
// The schema engine leaves a timer of ten seconds behind.
process.exit();
