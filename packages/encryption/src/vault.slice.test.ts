import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aKey, keysOf, notesDatabase, title, words, type NotesDatabase } from './notes-for-tests.ts';
import { prepareEncryption } from './prepare-encryption.ts';
import { openVaults, type Vaults } from './vault.ts';

const master = keysOf(aKey('2026'));
let database: NotesDatabase;
const opened: Vaults[] = [];
const open = (masterKeys = master): Vaults => {
  const vaults = openVaults({ appUrl: database.appUrl, namespace: 'plant', masterKeys });
  opened.push(vaults);
  return vaults;
};
const start = (masterKeys: typeof master | undefined, columns = [words, title]) =>
  prepareEncryption({ ...database.setup, columns, masterKeys });

beforeEach(async () => {
  database = await notesDatabase();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((vaults) => vaults.close()));
  await database.drop();
});

describe('an encrypted column', () => {
  it('is plain to its tenant and to nobody who reads the table', async () => {
    const vault = open().of('tenant-1');
    await database.write(vault, 'tenant-1', 'a', 'Li is on sick leave');
    expect(await database.read(vault, 'tenant-1', 'a')).toBe('Li is on sick leave');
    expect(await database.read(open().of('tenant-1'), 'tenant-1', 'a')).toBe('Li is on sick leave');
    const { rows } = await database.owner.query('SELECT * FROM plant.notes, plant.data_keys');
    expect(JSON.stringify(rows)).not.toMatch(/sick|Li is/);
    expect(await vault.seal(words, ['a', 1], null)).toBeNull();
    expect(await vault.open(words, ['a', 1], null)).toBeNull();
  });

  it('takes no plaintext, not even from its owner', async () => {
    const insert = `INSERT INTO notes VALUES ('a', 1, 'tenant-1', 'factory-1', 'plain words')`;
    await expect(database.as('tenant-1', insert)).rejects.toMatchObject({ code: '23514' });
    await expect(database.owner.query(insert.replace('notes', 'plant.notes'))).rejects.toMatchObject({ code: '23514' });
  });

  it.each([
    ['another row', `UPDATE plant.notes SET words = (SELECT words FROM plant.notes WHERE id = 'b') WHERE id = 'a'`],
    ['another version', `UPDATE plant.notes SET version = 2 WHERE id = 'a'`],
    ['another column', `UPDATE plant.notes SET words = title WHERE id = 'a'`],
    ['another tenant', `UPDATE plant.notes SET tenant_id = 'tenant-2' WHERE id = 'a'`],
    [
      'one character',
      `UPDATE plant.notes SET words = left(words, 40) || CASE substr(words, 41, 1) WHEN 'A' THEN 'B' ELSE 'A' END || substr(words, 42) WHERE id = 'a'`,
    ],
  ])('fails loudly, and says where and not what, when it was moved from or changed by %s', async (_case, attack) => {
    const vaults = open();
    const vault = vaults.of('tenant-1');
    await database.write(vault, 'tenant-1', 'a', 'words of a');
    await database.write(vault, 'tenant-1', 'b', 'words of b');
    const sealed = await vault.seal(title, ['a', 1], 'title of a');
    await database.as('tenant-1', `UPDATE notes SET title = $1 WHERE id = 'a'`, [sealed]);
    await database.write(vaults.of('tenant-2'), 'tenant-2', 'c', 'words of c');
    await database.owner.query(attack);
    const [tenant, version] = [
      attack.includes('tenant-2') ? 'tenant-2' : 'tenant-1',
      attack.includes('version') ? 2 : 1,
    ];
    const read = database.read(vaults.of(tenant), tenant, 'a', version);
    await expect(read).rejects.toMatchObject({
      code: 'CANNOT_DECRYPT',
      message: `notes.words of a/${version} cannot be decrypted`,
    });
  });

  it('has one key for a tenant, however many processes make the first at once', async () => {
    await Promise.all(
      Array.from({ length: 12 }, (_, at) => database.write(open().of('tenant-1'), 'tenant-1', `n${at}`, `words ${at}`)),
    );
    const { rows } = await database.owner.query('SELECT tenant_id, retired_at FROM plant.data_keys');
    expect(rows).toEqual([{ tenant_id: 'tenant-1', retired_at: null }]);
    expect(await database.read(open().of('tenant-1'), 'tenant-1', 'n7')).toBe('words 7');
  });

  it('has keys that another tenant does not see and the runtime role cannot change', async () => {
    await database.write(open().of('tenant-1'), 'tenant-1', 'a', 'words');
    expect(await database.as('tenant-2', 'SELECT * FROM data_keys')).toEqual([]);
    for (const change of ['UPDATE data_keys SET retired_at = now()', 'DELETE FROM data_keys']) {
      await expect(database.as('tenant-1', change)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('is gone for good when the key of its tenant is', async () => {
    await database.write(open().of('tenant-1'), 'tenant-1', 'a', 'words');
    await database.owner.query('DELETE FROM plant.data_keys');
    await expect(database.read(open().of('tenant-1'), 'tenant-1', 'a')).rejects.toThrow('cannot be decrypted');
  });
});

describe('the start', () => {
  it('is refused without keys, with the wrong ones, and with others of the same name', async () => {
    await database.write(open().of('tenant-1'), 'tenant-1', 'a', 'words');
    await start(master);
    await expect(start(undefined)).rejects.toThrow('set ENGHUB_ENCRYPTION_KEYS');
    await expect(start(keysOf(aKey('2027')))).rejects.toThrow('wrapped by the master key "2026", which');
    await expect(start(keysOf(aKey('2026')))).rejects.toThrow('The master key "2026" of ENGHUB_ENCRYPTION_KEYS is not');
  });

  it('is refused when code and database do not agree about what is encrypted', async () => {
    await expect(start(master, [words])).rejects.toThrow('notes.title of plant is encrypted but not declared');
    const other = { table: 'notes', column: 'factory_id', rowId: ['id', 'version'] };
    await expect(start(master, [words, title, other])).rejects.toThrow(`encrypted_column('plant.notes', 'factory_id')`);
    const wrongRow = { ...words, rowId: ['id'] };
    await expect(start(master, [wrongRow, title])).rejects.toThrow('is known by id,version');
  });

  it('encrypts what was written before the column was marked, in every tenant', async () => {
    await database.owner.query(`
      ALTER TABLE plant.notes DROP CONSTRAINT words_is_encrypted;
      INSERT INTO plant.notes SELECT 'n' || n, 1, 'tenant-' || n % 3, 'factory-1', 'plain words ' || n
        FROM generate_series(1, 1200) n;
      INSERT INTO plant.notes VALUES ('none', 1, 'tenant-0', 'factory-1', NULL);
      SELECT plant.encrypted_column('plant.notes', 'words')`);
    const plain = `SELECT count(*)::int AS count FROM plant.notes WHERE words LIKE '%plain%'`;
    expect((await database.owner.query(plain)).rows).toEqual([{ count: 1200 }]);
    await Promise.all([start(master), start(master)]);
    expect((await database.owner.query(plain)).rows).toEqual([{ count: 0 }]);
    expect(await database.read(open().of('tenant-1'), 'tenant-1', 'n1198')).toBe('plain words 1198');
    expect(await database.read(open().of('tenant-0'), 'tenant-0', 'none')).toBeNull();
    const { rows } = await database.owner.query(
      `SELECT convalidated, relforcerowsecurity FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
        WHERE conname = 'words_is_encrypted'`,
    );
    expect(rows).toEqual([{ convalidated: true, relforcerowsecurity: true }]);
  });
});
