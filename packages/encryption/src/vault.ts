/** Encrypts and decrypts the marked columns of one tenant. Only stores use it, since only they know rows. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { nameOf, placeOf, type EncryptedColumn, type RowId } from './encrypted-columns.ts';
import { decrypt, encrypt, KEY_BYTES, keyIdOf } from './encrypted-values.ts';
import { unwrap, wrap, type MasterKeys } from './master-keys.ts';

export type Vault = Readonly<{
  /** What goes into the column of that row. Null stays null. */
  seal<Text extends string | null>(column: EncryptedColumn, rowId: RowId, text: Text): Promise<Text>;
  /** What was put into the column of that row; throws when it was put anywhere else, or altered. Null stays null. */
  open<Text extends string | null>(column: EncryptedColumn, rowId: RowId, sealed: Text): Promise<Text>;
}>;

export type Vaults = Readonly<{
  of(tenantId: string): Vault;
  close(): Promise<void>;
}>;

/** Of a subgraph that was given no master keys, because it encrypts nothing. */
export const noVaults: Vaults = {
  of: () => {
    const refuse = () => Promise.reject(new Error('There are no master keys to encrypt with'));
    return { seal: refuse, open: refuse };
  },
  close: () => Promise.resolve(),
};

type TenantKeys = Readonly<{ currentId: string; keys: ReadonlyMap<string, Buffer>; readAt: number }>;

/** A retired key is used for new rows this long at most; dropping one waits much longer. */
export const CURRENT_FOR_MS = 60_000;

export function openVaults(options: Readonly<{ appUrl: string; namespace: string; masterKeys: MasterKeys }>): Vaults {
  const { appUrl, namespace, masterKeys } = options;
  // A connection of its own: whoever waits for a key may hold all the others in transactions.
  const pool = new pg.Pool({
    connectionString: appUrl,
    max: 1,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 5_000,
    idleTimeoutMillis: 10_000,
    allowExitOnIdle: true,
  });
  // Whoever holds a connection learns of its loss from the query; unheard, the event would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const known = new Map<string, Promise<TenantKeys>>();

  /** One read for all who wait, forgotten when it failed. */
  function read(tenantId: string): Promise<TenantKeys> {
    const reading = readKeys(pool, { tenantId, namespace, masterKeys });
    known.set(tenantId, reading);
    reading.catch(() => {
      if (known.get(tenantId) === reading) known.delete(tenantId);
    });
    return reading;
  }

  async function keysFor(tenantId: string, fits: (keys: TenantKeys) => boolean): Promise<TenantKeys> {
    const before = known.get(tenantId);
    const keys = await (before ?? read(tenantId));
    if (fits(keys)) return keys;
    const newer = known.get(tenantId);
    return newer && newer !== before ? newer : read(tenantId);
  }

  const of = (tenantId: string): Vault => ({
    async seal(column, rowId, text) {
      if (text === null) return text;
      const { currentId, keys } = await keysFor(tenantId, ({ readAt }) => Date.now() - readAt < CURRENT_FOR_MS);
      const place = placeOf(namespace, tenantId, column, rowId);
      return encrypt(keys.get(currentId)!, currentId, place, Buffer.from(text)) as typeof text;
    },
    async open(column, rowId, sealed) {
      if (sealed === null) return sealed;
      const place = placeOf(namespace, tenantId, column, rowId);
      try {
        const keyId = keyIdOf(sealed);
        const { keys } = await keysFor(tenantId, ({ keys: held }) => held.has(keyId));
        const key = keys.get(keyId);
        if (!key) throw new Error(`the data key ${keyId} is gone`);
        return decrypt(key, place, sealed).toString() as typeof sealed;
      } catch (cause) {
        throw cannotDecrypt(column, rowId, cause);
      }
    },
  });

  return { of, close: () => pool.end() };
}

/** Names the place and never the value. */
function cannotDecrypt(column: EncryptedColumn, rowId: RowId, cause: unknown): Error {
  const where = `${nameOf(column)} of ${rowId.join('/')}`;
  return Object.assign(new Error(`${where} cannot be decrypted`, { cause }), { code: 'CANNOT_DECRYPT' });
}

type KeyRow = Readonly<{ id: string; wrapped: string; retiredAt: Date | null }>;

async function readKeys(
  pool: pg.Pool,
  { tenantId, namespace, masterKeys }: Readonly<{ tenantId: string; namespace: string; masterKeys: MasterKeys }>,
): Promise<TenantKeys> {
  const readAt = Date.now();
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query(`SELECT set_config('app.tenant_id', $1, false)`, [tenantId]);
    const rows = await selectKeys(client);
    if (!rows.some(({ retiredAt }) => retiredAt === null)) {
      await insertKey(client, { tenantId, namespace, masterKeys });
      rows.splice(0, rows.length, ...(await selectKeys(client)));
    }
    broken = false;
    const keys = new Map(rows.map(({ id, wrapped }) => [id, unwrap(masterKeys, namespace, { tenantId, id }, wrapped)]));
    return { currentId: rows.find(({ retiredAt }) => retiredAt === null)!.id, keys, readAt };
  } finally {
    client.release(broken);
  }
}

async function selectKeys(client: pg.ClientBase): Promise<KeyRow[]> {
  const { rows } = await client.query<KeyRow>('SELECT id, wrapped, retired_at AS "retiredAt" FROM data_keys');
  return rows;
}

/** Committed before it is used: a value must never outlive its key. Nothing happens when another process was quicker. */
export async function insertKey(
  client: pg.ClientBase,
  of: Readonly<{ tenantId: string; namespace: string; masterKeys: MasterKeys }>,
): Promise<void> {
  const { tenantId, namespace, masterKeys } = of;
  const id = randomBytes(6).toString('base64url');
  const wrapped = wrap(masterKeys, namespace, { tenantId, id }, randomBytes(KEY_BYTES));
  await client.query(
    `INSERT INTO ${namespace}.data_keys (tenant_id, id, wrapped) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [tenantId, id, wrapped],
  );
}
