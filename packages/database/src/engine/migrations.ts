/** Migrations on disk, in Prisma's layout: <directory>/<name>/migration.sql. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export type Migration = Readonly<{
  name: string;
  script: string;
  /** As Prisma's history table has it. */
  checksum: string;
  /** False for the few statements PostgreSQL keeps out of transactions. */
  transactional: boolean;
}>;

/** All migrations of some directories in the order of their names. */
export function readMigrations(directories: readonly string[]): Migration[] {
  const migrations = directories.flatMap((directory) => namesIn(directory).map((name) => read(directory, name)));
  migrations.sort((a, b) => (a.name < b.name ? -1 : 1));
  const twice = migrations.find(({ name }, index) => migrations[index + 1]?.name === name);
  if (twice) throw new Error(`Two migrations are called ${twice.name}: ${directories.join(', ')}`);
  return migrations;
}

function namesIn(directory: string): string[] {
  if (!existsSync(directory)) throw new Error(`There is no directory of migrations at ${directory}`);
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function read(directory: string, name: string): Migration {
  if (!/^\d{14}_[a-z0-9_-]+$/.test(name)) throw new Error(`"${name}" in ${directory} is no name of a migration`);
  const script = readFileSync(path.join(directory, name, 'migration.sql'), 'utf8');
  return {
    name,
    script,
    checksum: createHash('sha256').update(script).digest('hex'),
    transactional: !/^\s*((commit|rollback|end)(\s+(work|transaction))?\s*;|vacuum\b)|\bconcurrently\b/im.test(
      withoutBodies(script),
    ),
  };
}

const withoutBodies = (script: string): string => script.replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, '').replace(/--.*$/gm, '');

/** In the form the schema engine takes. */
export const migrationList = (migrations: readonly Migration[]) => ({
  baseDir: '.',
  lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
  shadowDbInitScript: '',
  migrationDirectories: migrations.map(({ name, script }) => ({
    path: name,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: script } },
  })),
});
