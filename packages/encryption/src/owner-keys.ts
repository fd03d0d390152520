/** The data keys of tenants, as the owner of the tables sees and changes them. */
import type pg from 'pg';
import { decrypt, encrypt, keyIdOf } from './encrypted-values.ts';
import { placeOf, type EncryptedColumn, type RowId } from './encrypted-columns.ts';
import { unwrap, type MasterKeys } from './master-keys.ts';
import { insertKey } from './vault.ts';

export type DataKey = Readonly<{ id: string; wrapped: string; retiredAt: Date | null }>;

/** An owner that is no superuser is under row-level security too. */
export async function workFor(owner: pg.ClientBase, tenantId: string): Promise<void> {
  await owner.query(`SELECT set_config('app.tenant_id', $1, false), set_config('app.factory_ids', '*', false)`, [
    tenantId,
  ]);
}

export async function dataKeysOf(owner: pg.ClientBase, namespace: string, tenantId: string): Promise<DataKey[]> {
  const { rows } = await owner.query<DataKey>(
    `SELECT id, wrapped, retired_at AS "retiredAt" FROM ${namespace}.data_keys
      WHERE tenant_id = $1 ORDER BY created_at, id`,
    [tenantId],
  );
  return rows;
}

/** What encrypts and decrypts the rows of a tenant; makes its first key when it has none. */
export async function ownerCipher(
  owner: pg.ClientBase,
  of: Readonly<{ tenantId: string; namespace: string; masterKeys: MasterKeys }>,
) {
  const { tenantId, namespace, masterKeys } = of;
  await insertKey(owner, of);
  const rows = await dataKeysOf(owner, namespace, tenantId);
  const keys = new Map(rows.map(({ id, wrapped }) => [id, unwrap(masterKeys, namespace, { tenantId, id }, wrapped)]));
  const currentId = rows.find(({ retiredAt }) => retiredAt === null)!.id;
  return {
    currentId,
    seal: (column: EncryptedColumn, rowId: RowId, plain: Buffer): string =>
      encrypt(keys.get(currentId)!, currentId, placeOf(namespace, tenantId, column, rowId), plain),
    open: (column: EncryptedColumn, rowId: RowId, value: string): Buffer => {
      const key = keys.get(keyIdOf(value));
      if (!key) throw new Error(`the data key ${keyIdOf(value)} is gone`);
      return decrypt(key, placeOf(namespace, tenantId, column, rowId), value);
    },
  };
}

export type RowToRewrite = Readonly<{ rowId: string[]; value: string }>;

const BATCH = 500;

/**
 * Puts other values into a column where its value does not begin with `except`; short transactions, and a row that
 * somebody else changed meanwhile is left to the next run. `rewrite` answers null for a row that has to stay.
 */
export async function rewriteColumn(
  owner: pg.ClientBase,
  of: Readonly<{ namespace: string; tenantId: string; column: EncryptedColumn; except: string }>,
  rewrite: (row: RowToRewrite) => string | null,
): Promise<number> {
  const { namespace, tenantId, column, except } = of;
  const table = `${namespace}.${column.table}`;
  const name = `"${column.column}"`;
  const rowId = `ARRAY[${column.rowId.map((part) => `"${part}"::text`).join(', ')}]`;
  const isRow = column.rowId.map((part, at) => `"${part}" = $${at + 4}`).join(' AND ');
  let written = 0;
  for (let after: string[] = []; ;) {
    const { rows } = await owner.query<RowToRewrite>(
      `SELECT ${rowId} AS "rowId", ${name} AS value FROM ${table}
        WHERE tenant_id = $1 AND ${name} IS NOT NULL AND NOT starts_with(${name}, $2) AND ${rowId} > $3::text[]
        ORDER BY 1 LIMIT ${BATCH}`,
      [tenantId, except, after],
    );
    if (rows.length === 0) return written;
    await owner.query('BEGIN');
    try {
      for (const row of rows) {
        const value = rewrite(row);
        if (value === null) continue;
        const { rowCount } = await owner.query(
          `UPDATE ${table} SET ${name} = $1 WHERE tenant_id = $2 AND ${name} = $3 AND ${isRow}`,
          [value, tenantId, row.value, ...row.rowId],
        );
        written += rowCount ?? 0;
      }
      await owner.query('COMMIT');
    } catch (error) {
      await owner.query('ROLLBACK');
      throw error;
    }
    after = rows.at(-1)!.rowId;
  }
}
