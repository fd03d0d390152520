/** What happens to encryption at the start of a subgraph, before anybody is answered. */
import pg from 'pg';
import type { EncryptedColumn } from './encrypted-columns.ts';
import { marksOf, refuseDisagreement, type Mark } from './marks.ts';
import { unwrap, type MasterKeys } from './master-keys.ts';
import { ownerCipher, rewriteColumn, workFor } from './owner-keys.ts';

export type EncryptionSetup = Readonly<{
  ownerUrl: string;
  relayUrl: string;
  namespace: string;
  columns: readonly EncryptedColumn[];
  masterKeys: MasterKeys | undefined;
}>;

/** Refuses to start without the right keys; encrypts what was written before a column was marked. */
export async function prepareEncryption(setup: EncryptionSetup): Promise<void> {
  const { ownerUrl, relayUrl, namespace, columns, masterKeys } = setup;
  const marks = await withClient(relayUrl, async (relay) => {
    const found = await marksOf(relay, namespace);
    refuseDisagreement(found, columns, namespace);
    if (columns.length > 0 && !masterKeys) {
      throw new Error(`${namespace} keeps encrypted columns: set ENGHUB_ENCRYPTION_KEYS, see .env.example.`);
    }
    if (masterKeys) await refuseWrongKeys(relay, namespace, masterKeys);
    return found.filter(({ hasPlaintext }) => hasPlaintext);
  });
  if (marks.length === 0 || !masterKeys) return;
  await withClient(ownerUrl, async (owner) => {
    for (const mark of marks) await encryptPlaintext(owner, namespace, mark, masterKeys);
  });
}

/** The wrong keys would not be noticed before somebody needs what was encrypted with the right ones. */
export async function refuseWrongKeys(relay: pg.ClientBase, namespace: string, masterKeys: MasterKeys): Promise<void> {
  const { rows } = await relay.query<{ tenantId: string; id: string; wrapped: string }>(
    `SELECT DISTINCT ON (split_part(wrapped, '.', 2)) tenant_id AS "tenantId", id, wrapped FROM ${namespace}.data_keys`,
  );
  for (const { tenantId, id, wrapped } of rows) unwrap(masterKeys, namespace, { tenantId, id }, wrapped);
}

async function encryptPlaintext(owner: pg.Client, namespace: string, mark: Mark, masterKeys: MasterKeys) {
  const table = `${namespace}.${mark.table}`;
  for (const tenantId of await tenantsOf(owner, table)) {
    await workFor(owner, tenantId);
    const cipher = await ownerCipher(owner, { tenantId, namespace, masterKeys });
    const of = { namespace, tenantId, column: mark, except: `v1.${cipher.currentId}.` };
    await rewriteColumn(owner, of, ({ rowId, value }) => {
      try {
        cipher.open(mark, rowId, value);
        return null;
      } catch {
        return cipher.seal(mark, rowId, Buffer.from(value));
      }
    });
  }
  await owner.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT "${mark.constraint}"`);
}

/** Row-level security binds an owner to one tenant at a time, and here nobody knows yet which there are. */
async function tenantsOf(owner: pg.Client, table: string): Promise<string[]> {
  await owner.query('BEGIN');
  await owner.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
  const { rows } = await owner.query<{ tenantId: string }>(`SELECT DISTINCT tenant_id AS "tenantId" FROM ${table}`);
  await owner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
  await owner.query('COMMIT');
  return rows.map(({ tenantId }) => tenantId);
}

export async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 15_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
