/** A table with two encrypted columns, and what its store would do. */
import { foundationMigrations } from '@enghub/database/provision';
import { freshDatabase, type FreshDatabase } from '@enghub/testkit/postgres';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { EncryptedColumn } from './encrypted-columns.ts';
import { readMasterKeys } from './master-keys.ts';
import { encryptionMigrations } from './migrations.ts';
import type { Vault } from './vault.ts';

export const directories = [
  foundationMigrations,
  encryptionMigrations,
  fileURLToPath(new URL('../test-migrations', import.meta.url)),
];

const rowId = ['id', 'version'];
export const words: EncryptedColumn = { table: 'notes', column: 'words', rowId };
export const title: EncryptedColumn = { table: 'notes', column: 'title', rowId };

export const aKey = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
export const keysOf = (...entries: string[]) => readMasterKeys(entries.join());

export async function notesDatabase() {
  const database: FreshDatabase = await freshDatabase('plant', directories);
  const app = new pg.Pool({ connectionString: database.appUrl, max: 4 });
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 2 });
  for (const pool of [app, owner]) {
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async function as<Row extends object>(tenantId: string, sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = await app.connect();
    try {
      await client.query(`SELECT set_config('app.tenant_id', $1, false), set_config('app.factory_ids', '*', false)`, [
        tenantId,
      ]);
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      client.release();
    }
  }

  return {
    ...database,
    as,
    owner,
    setup: { ownerUrl: database.ownerUrl, relayUrl: database.relayUrl, namespace: 'plant' },
    async write(vault: Vault, tenantId: string, id: string, text: string, version = 1): Promise<void> {
      const sealed = await vault.seal(words, [id, version], text);
      await as(tenantId, `INSERT INTO notes VALUES ($1, $2, $3, 'factory-1', $4)`, [id, version, tenantId, sealed]);
    },
    async read(vault: Vault, tenantId: string, id: string, version = 1): Promise<string | null> {
      const sql = 'SELECT words FROM notes WHERE id = $1 AND version = $2';
      const [row] = await as<{ words: string | null }>(tenantId, sql, [id, version]);
      return row ? vault.open(words, [id, version], row.words) : null;
    },
    async drop(): Promise<void> {
      await Promise.all([app.end(), owner.end()]);
      await database.drop();
    },
  };
}

export type NotesDatabase = Awaited<ReturnType<typeof notesDatabase>>;
