/** `npm run encryption -- status | rotate [--data-keys] | drop`: which keys encrypt what, and other keys for it. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { withInstalledDatabases } from '@enghub/database/installed-databases';
import { rolesOf } from '@enghub/database/roles';
import { masterKeysOfFile, readMasterKeys, type MasterKeys } from './master-keys.ts';
import { marksOf } from './marks.ts';
import { withClient } from './prepare-encryption.ts';
import { dropRetiredKeys, keyUse, rotate } from './rotation.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const dataDirectory = path.resolve(root, process.env['ENGHUB_DATA_DIR'] || '.enghub');

const usage = `Usage: npm run encryption -- <command>
  status                which keys encrypt how many rows
  rotate                wrap all data keys with the first key of ENGHUB_ENCRYPTION_KEYS
  rotate --data-keys    also give each tenant a new data key and encrypt its rows with it
  drop                  delete data keys that were retired ten minutes ago and encrypt nothing any more
Works on the databases of …_DATABASE_URL; those that are not set are the ones of npm start, below ENGHUB_DATA_DIR,
and so is the key when ENGHUB_ENCRYPTION_KEYS is not set. The system may go on meanwhile.`;

type Database = Readonly<{ ownerUrl: string; relayUrl: string; namespace: string }>;

async function main(words: string[]): Promise<void> {
  const [command, ...flags] = words;
  const newDataKeys = flags.includes('--data-keys');
  const allowed = command === 'rotate' ? ['--data-keys'] : [];
  if (flags.some((flag) => !allowed.includes(flag))) fail(usage);
  if (command === 'status') await eachDatabase(status);
  else if (command === 'rotate') await eachDatabase((database) => rotateOne(database, newDataKeys));
  else if (command === 'drop') await eachDatabase(drop);
  else fail(usage);
}

async function status(database: Database): Promise<void> {
  for (const { tenantId, keyId, masterKeyId, isCurrent, column, rows } of await keyUse(database)) {
    const use = column === null ? 'encrypts nothing' : `${rows} rows of ${column}`;
    const kind = isCurrent ? 'current' : 'retired';
    console.log(`${database.namespace} ${tenantId}: key ${keyId} (${kind}, wrapped by "${masterKeyId}"): ${use}`);
  }
}

async function rotateOne(database: Database, newDataKeys: boolean): Promise<void> {
  for (const done of await rotate({ ...database, masterKeys: masterKeys() }, { newDataKeys })) {
    const { tenantId, rewrapped, rewritten, unreadable } = done;
    console.log(
      `${database.namespace} ${tenantId}: ${rewrapped} keys wrapped anew, ${rewritten} values encrypted anew`,
    );
    for (const place of unreadable) console.log(`  BAD: ${place} cannot be decrypted and was left as it is`);
    if (unreadable.length > 0) process.exitCode = 1;
  }
}

async function drop(database: Database): Promise<void> {
  const dropped = await dropRetiredKeys(database);
  console.log(`${database.namespace}: ${dropped.length === 0 ? 'nothing to drop' : `dropped ${dropped.join(', ')}`}`);
}

function masterKeys(): MasterKeys {
  const given = process.env['ENGHUB_ENCRYPTION_KEYS'];
  if (given) {
    try {
      return readMasterKeys(given);
    } catch (error) {
      throw new Error(`ENGHUB_ENCRYPTION_KEYS ${(error as Error).message}.`, { cause: error });
    }
  }
  const file = path.join(dataDirectory, 'encryption-key');
  if (!existsSync(file)) throw new Error('Set ENGHUB_ENCRYPTION_KEYS: there is no encryption-key in ENGHUB_DATA_DIR.');
  return masterKeysOfFile(file);
}

async function eachDatabase(work: (database: Database) => Promise<void>): Promise<void> {
  await withInstalledDatabases(async (databases) => {
    for (const { namespace, url: ownerUrl } of databases) {
      if (!ownerUrl || !(await hasMarks(ownerUrl, namespace))) continue;
      await work({ ownerUrl, relayUrl: rolesOf(ownerUrl, namespace).relay.url, namespace });
    }
  });
}

const hasMarks = (ownerUrl: string, namespace: string): Promise<boolean> =>
  withClient(ownerUrl, async (owner) => (await marksOf(owner, namespace)).length > 0);

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

await main(process.argv.slice(2)).catch((error: unknown) =>
  fail(error instanceof Error ? error.message : String(error)),
);
