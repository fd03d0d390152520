/** Other keys for what is encrypted, while the system runs. Each step may be cut short and begun again. */
import type pg from 'pg';
import { nameOf, type EncryptedColumn } from './encrypted-columns.ts';
import { keyIdOf } from './encrypted-values.ts';
import { marksOf } from './marks.ts';
import { unwrap, wrap, type MasterKeys } from './master-keys.ts';
import { dataKeysOf, ownerCipher, rewriteColumn, workFor, type RowToRewrite } from './owner-keys.ts';
import { refuseWrongKeys, withClient } from './prepare-encryption.ts';
import { insertKey } from './vault.ts';

export type RotationSetup = Readonly<{
  ownerUrl: string;
  /** Sees the data keys of every tenant. */
  relayUrl: string;
  namespace: string;
  masterKeys: MasterKeys;
}>;

/** Rows that a key encrypts, of one column; `column` is null for a key that encrypts none. */
export type KeyUse = Readonly<{
  tenantId: string;
  keyId: string;
  masterKeyId: string;
  isCurrent: boolean;
  column: string | null;
  rows: number;
}>;

export async function keyUse(setup: Omit<RotationSetup, 'masterKeys'>): Promise<KeyUse[]> {
  return forEachTenant(setup, async (owner, tenantId, columns) => {
    const keys = await dataKeysOf(owner, setup.namespace, tenantId);
    const counts = await countRows(owner, setup.namespace, tenantId, columns);
    return keys.flatMap(({ id, wrapped, retiredAt }): KeyUse[] => {
      const about = { tenantId, keyId: id, masterKeyId: keyIdOf(wrapped), isCurrent: retiredAt === null };
      const used = counts.filter(({ keyId }) => keyId === id);
      if (used.length === 0) return [{ ...about, column: null, rows: 0 }];
      return used.map(({ column, rows }) => ({ ...about, column, rows }));
    });
  });
}

export type Rotated = Readonly<{
  tenantId: string;
  rewrapped: number;
  rewritten: number;
  /** Values that could not be decrypted and were left as they are. */
  unreadable: readonly string[];
}>;

/** Wraps all data keys with the current master key. With `newDataKeys`, tenants get new ones, and rows are encrypted with them. */
export async function rotate(setup: RotationSetup, options: Readonly<{ newDataKeys: boolean }>): Promise<Rotated[]> {
  const { namespace, masterKeys, relayUrl } = setup;
  await withClient(relayUrl, (relay) => refuseWrongKeys(relay, namespace, masterKeys));
  return forEachTenant(setup, async (owner, tenantId, columns) => {
    const rewrapped = await rewrapKeys(owner, tenantId, setup);
    if (options.newDataKeys) await replaceKey(owner, tenantId, setup);
    const { rewritten, unreadable } = await rewriteTenant(owner, tenantId, columns, setup);
    return [{ tenantId, rewrapped, rewritten, unreadable }];
  });
}

async function rewrapKeys(owner: pg.Client, tenantId: string, { namespace, masterKeys }: RotationSetup) {
  let rewrapped = 0;
  for (const { id, wrapped } of await dataKeysOf(owner, namespace, tenantId)) {
    if (keyIdOf(wrapped) === masterKeys.currentId) continue;
    const key = unwrap(masterKeys, namespace, { tenantId, id }, wrapped);
    await owner.query(
      `UPDATE ${namespace}.data_keys SET wrapped = $1 WHERE tenant_id = $2 AND id = $3 AND wrapped = $4`,
      [wrap(masterKeys, namespace, { tenantId, id }, key), tenantId, id, wrapped],
    );
    rewrapped += 1;
  }
  return rewrapped;
}

async function replaceKey(owner: pg.Client, tenantId: string, { namespace, masterKeys }: RotationSetup) {
  await owner.query('BEGIN');
  try {
    await owner.query(
      `UPDATE ${namespace}.data_keys SET retired_at = now() WHERE tenant_id = $1 AND retired_at IS NULL`,
      [tenantId],
    );
    await insertKey(owner, { tenantId, namespace, masterKeys });
    await owner.query('COMMIT');
  } catch (error) {
    await owner.query('ROLLBACK');
    throw error;
  }
}

async function rewriteTenant(
  owner: pg.Client,
  tenantId: string,
  columns: readonly EncryptedColumn[],
  { namespace, masterKeys }: RotationSetup,
) {
  const cipher = await ownerCipher(owner, { tenantId, namespace, masterKeys });
  const unreadable: string[] = [];
  let rewritten = 0;
  for (const column of columns) {
    const rewrite = ({ rowId, value }: RowToRewrite): string | null => {
      try {
        return cipher.seal(column, rowId, cipher.open(column, rowId, value));
      } catch {
        unreadable.push(`${nameOf(column)} of ${rowId.join('/')}`);
        return null;
      }
    };
    const of = { namespace, tenantId, column, except: `v1.${cipher.currentId}.` };
    rewritten += await rewriteColumn(owner, of, rewrite);
  }
  return { rewritten, unreadable };
}

/** A process may encrypt with a retired key for a minute, in a transaction of seconds: nothing is dropped before this. */
const DROP_AFTER = '10 minutes';

/** Deletes retired data keys that encrypt nothing any more; answers their ids. Backups from before keep their own. */
export async function dropRetiredKeys(
  setup: Omit<RotationSetup, 'masterKeys'>,
  retiredFor: string = DROP_AFTER,
): Promise<string[]> {
  return forEachTenant(setup, async (owner, tenantId, columns) => {
    const counts = await countRows(owner, setup.namespace, tenantId, columns);
    const { rows } = await owner.query<{ id: string }>(
      `DELETE FROM ${setup.namespace}.data_keys
        WHERE tenant_id = $1 AND retired_at < now() - $2::interval AND id <> ALL ($3::text[]) RETURNING id`,
      [tenantId, retiredFor, counts.map(({ keyId }) => keyId)],
    );
    return rows.map(({ id }) => id);
  });
}

type Count = Readonly<{ column: string; keyId: string; rows: number }>;

async function countRows(
  owner: pg.Client,
  namespace: string,
  tenantId: string,
  columns: readonly EncryptedColumn[],
): Promise<Count[]> {
  const counts: Count[] = [];
  for (const column of columns) {
    const { rows } = await owner.query<{ keyId: string; rows: number }>(
      `SELECT split_part("${column.column}", '.', 2) AS "keyId", count(*)::int AS rows
         FROM ${namespace}.${column.table}
        WHERE tenant_id = $1 AND "${column.column}" IS NOT NULL GROUP BY 1 ORDER BY 1`,
      [tenantId],
    );
    counts.push(...rows.map((row) => ({ column: nameOf(column), ...row })));
  }
  return counts;
}

async function forEachTenant<Result>(
  { ownerUrl, relayUrl, namespace }: Omit<RotationSetup, 'masterKeys'>,
  work: (owner: pg.Client, tenantId: string, columns: readonly EncryptedColumn[]) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const tenants = await withClient(relayUrl, async (relay) => {
    const sql = `SELECT DISTINCT tenant_id AS "tenantId" FROM ${namespace}.data_keys ORDER BY 1`;
    return (await relay.query<{ tenantId: string }>(sql)).rows.map(({ tenantId }) => tenantId);
  });
  return withClient(ownerUrl, async (owner) => {
    const columns = await marksOf(owner, namespace);
    const results: Result[] = [];
    for (const tenantId of tenants) {
      await workFor(owner, tenantId);
      results.push(...(await work(owner, tenantId, columns)));
    }
    return results;
  });
}
