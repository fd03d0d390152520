/** The keys that wrap the data keys of tenants. They come from the configuration and are kept in no database. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decrypt, encrypt, KEY_BYTES, keyIdOf } from './encrypted-values.ts';

export type MasterKeys = Readonly<{ currentId: string; keys: ReadonlyMap<string, Buffer> }>;

/** Reads `id:base64,id:base64`; the first one wraps what is new. */
export function readMasterKeys(text: string): MasterKeys {
  const keys = new Map<string, Buffer>();
  for (const entry of text.split(',').map((it) => it.trim())) {
    const [, id, encoded] = /^([A-Za-z0-9_-]{1,40}):([A-Za-z0-9+/_=-]+)$/.exec(entry) ?? [];
    const key = Buffer.from(encoded ?? '', 'base64');
    if (!id || key.length !== KEY_BYTES) {
      throw new Error('must be a list of id:key, each key 32 bytes as base64, such as `openssl rand -base64 32` makes');
    }
    if (keys.has(id)) throw new Error(`has two keys called ${id}`);
    keys.set(id, key);
  }
  return { currentId: [...keys.keys()][0]!, keys };
}

/** For a system whose database lies on this disk too: the keys of the file, which is made when it is not there. */
export function masterKeysOfFile(file: string): MasterKeys {
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    const fresh = `${randomBytes(6).toString('base64url')}:${randomBytes(KEY_BYTES).toString('base64')}\n`;
    writeFileSync(file, fresh, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
  try {
    return readMasterKeys(readFileSync(file, 'utf8').trim());
  } catch (error) {
    throw new Error(`The encryption key in ${file} cannot be used: it ${(error as Error).message}.`, { cause: error });
  }
}

type DataKey = Readonly<{ tenantId: string; id: string }>;

/** A wrapped key opens only as the key of its tenant. */
const placeOf = (namespace: string, { tenantId, id }: DataKey) => ['data key', namespace, tenantId, id];

export const wrap = ({ currentId, keys }: MasterKeys, namespace: string, of: DataKey, key: Buffer): string =>
  encrypt(keys.get(currentId)!, currentId, placeOf(namespace, of), key);

export function unwrap({ keys }: MasterKeys, namespace: string, of: DataKey, wrapped: string): Buffer {
  const masterId = keyIdOf(wrapped);
  const master = keys.get(masterId);
  if (!master) {
    throw new Error(
      `Data keys of ${namespace} are wrapped by the master key "${masterId}", which ENGHUB_ENCRYPTION_KEYS does not have`,
    );
  }
  try {
    return decrypt(master, placeOf(namespace, of), wrapped);
  } catch (error) {
    throw new Error(
      `The master key "${masterId}" of ENGHUB_ENCRYPTION_KEYS is not the one that wrapped the data keys of ${namespace}`,
      { cause: error },
    );
  }
}
