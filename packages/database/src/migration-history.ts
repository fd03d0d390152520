/** What Prisma's history table says, held against the migrations on disk. */
import type pg from 'pg';
import type { Migration } from './engine/migrations.ts';

export type AppliedMigration = Readonly<{ name: string; checksum: string; finished: boolean; appliedAt: Date }>;

/** In the order of application; nothing when the namespace was never migrated. */
export async function readHistory(client: pg.Client, namespace: string): Promise<AppliedMigration[]> {
  const table = `${namespace}._prisma_migrations`;
  const { rows } = await client.query<{ known: boolean }>('SELECT to_regclass($1) IS NOT NULL AS known', [table]);
  if (!rows[0]?.known) return [];
  const history = await client.query<AppliedMigration>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished, started_at AS "appliedAt"
       FROM ${table} WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name`,
  );
  return history.rows;
}

/** Throws when the past was changed. Migrations that only the database knows belong to a newer version of the code. */
export function compareWithHistory(
  namespace: string,
  migrations: readonly Migration[],
  history: readonly AppliedMigration[],
): { missing: string[]; interrupted: string[] } {
  const missing: string[] = [];
  const interrupted: string[] = [];
  for (const { name, checksum, transactional } of migrations) {
    const applied = history.find((one) => one.name === name);
    if (!applied) {
      missing.push(name);
    } else if (!applied.finished) {
      if (!transactional) {
        throw new Error(
          `Migration ${name} of ${namespace} was interrupted, and part of it may be in the database. Undo that part by ` +
            `hand, then: UPDATE ${namespace}._prisma_migrations SET rolled_back_at = now() WHERE migration_name = '${name}'`,
        );
      }
      interrupted.push(name);
    } else if (applied.checksum !== checksum) {
      throw new Error(
        `Migration ${name} of ${namespace} was edited after it was applied. ` +
          'Restore the file, and put the change in a new migration.',
      );
    }
  }
  return { missing, interrupted };
}
