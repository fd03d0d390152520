import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aKey, keysOf, notesDatabase, type NotesDatabase } from './notes-for-tests.ts';
import { dropRetiredKeys, keyUse, rotate } from './rotation.ts';
import { openVaults, type Vaults } from './vault.ts';

const [older, newer] = [aKey('2026'), aKey('2027')];
let database: NotesDatabase;
const opened: Vaults[] = [];
const open = (...entries: string[]): Vaults => {
  const vaults = openVaults({ appUrl: database.appUrl, namespace: 'plant', masterKeys: keysOf(...entries) });
  opened.push(vaults);
  return vaults;
};
const rotateWith = (entries: string[], newDataKeys: boolean) =>
  rotate({ ...database.setup, masterKeys: keysOf(...entries) }, { newDataKeys });

beforeEach(async () => {
  database = await notesDatabase();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((vaults) => vaults.close()));
  await database.drop();
});

describe('another master key', () => {
  it('wraps the data keys anew, touches no row, and then the old one is not needed', async () => {
    const before = open(older);
    for (const tenant of ['tenant-1', 'tenant-2']) {
      await database.write(before.of(tenant), tenant, `a-${tenant}`, `words of ${tenant}`);
    }
    const done = await rotateWith([newer, older], false);
    expect(done.map(({ rewrapped, rewritten }) => [rewrapped, rewritten])).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect((await keyUse(database.setup)).map(({ masterKeyId, rows }) => [masterKeyId, rows])).toEqual([
      ['2027', 1],
      ['2027', 1],
    ]);
    expect(await database.read(open(newer).of('tenant-2'), 'tenant-2', 'a-tenant-2')).toBe('words of tenant-2');
    // Who has not been started anew still holds the keys that it unwrapped.
    expect(await database.read(before.of('tenant-1'), 'tenant-1', 'a-tenant-1')).toBe('words of tenant-1');
    expect((await rotateWith([newer], false)).map(({ rewrapped }) => rewrapped)).toEqual([0, 0]);
  });

  it('is refused without the one that is in use', async () => {
    await database.write(open(older).of('tenant-1'), 'tenant-1', 'a', 'words');
    await expect(rotateWith([newer], true)).rejects.toThrow('"2026", which ENGHUB_ENCRYPTION_KEYS does not have');
    expect((await keyUse(database.setup)).map(({ isCurrent, rows }) => [isCurrent, rows])).toEqual([[true, 1]]);
  });
});

describe('another data key', () => {
  it('encrypts every row anew while others read and write, and nothing is lost', { timeout: 120_000 }, async () => {
    const [one, two] = [open(older).of('tenant-1'), open(older).of('tenant-1')];
    const expected = new Map<string, string>();
    const add = async (id: string) => {
      await database.write(expected.size % 2 ? one : two, 'tenant-1', id, `words of ${id}`);
      expected.set(id, `words of ${id}`);
    };
    for (let n = 0; n < 700; n++) await add(`before-${n}`);

    let rotating = true;
    const misread: string[] = [];
    const writing = (async () => {
      for (let n = 0; rotating || n < 20; n++) await add(`during-${n}`);
    })();
    const reading = (async () => {
      for (let n = 0; rotating || n < 20; n++) {
        const ids = [...expected.keys()];
        const id = ids[(n * 7919) % ids.length]!;
        const text = await database.read(n % 2 ? one : two, 'tenant-1', id);
        if (text !== expected.get(id)) misread.push(`${id}: ${text}`);
      }
    })();
    const first = await rotateWith([older], true);
    const second = await rotateWith([older], true);
    rotating = false;
    await Promise.all([writing, reading]);
    expect(misread).toEqual([]);
    expect([...first, ...second].flatMap(({ unreadable }) => unreadable)).toEqual([]);
    expect(first[0]!.rewritten).toBeGreaterThanOrEqual(700);

    // The writers knew the old key as the current one for up to a minute; another run takes what they wrote since.
    await rotateWith([older], false);
    const use = await keyUse(database.setup);
    expect(use.map(({ isCurrent, rows }) => [isCurrent, rows])).toEqual([
      [false, 0],
      [false, 0],
      [true, expected.size],
    ]);
    const fresh = open(older).of('tenant-1');
    for (const [id, text] of expected) expect(await database.read(fresh, 'tenant-1', id)).toBe(text);
  });

  it('takes at its next run what was written with the key of before', async () => {
    const vault = open(older).of('tenant-1');
    for (let n = 0; n < 5; n++) await database.write(vault, 'tenant-1', `n${n}`, `words ${n}`);
    await rotateWith([older], true);
    await database.write(vault, 'tenant-1', 'late', 'with the key of before');
    const [again] = await rotateWith([older], false);
    expect(again!.rewritten).toBe(1);
    expect(await database.read(open(older).of('tenant-1'), 'tenant-1', 'late')).toBe('with the key of before');
  });

  it('leaves and names what cannot be decrypted, and puts the rest right', async () => {
    const vault = open(older).of('tenant-1');
    for (const id of ['a', 'b', 'c']) await database.write(vault, 'tenant-1', id, `words of ${id}`);
    await database.owner.query(
      `UPDATE plant.notes SET words = (SELECT words FROM plant.notes WHERE id = 'a') WHERE id = 'b'`,
    );
    const [done] = await rotateWith([older], true);
    expect(done).toMatchObject({ rewritten: 2, unreadable: ['notes.words of b/1'] });
  });

  it('lets the old one be dropped once it encrypts nothing, and not too soon', async () => {
    const vault = open(older).of('tenant-1');
    await database.write(vault, 'tenant-1', 'a', 'words');
    await rotateWith([older], true);
    expect(await dropRetiredKeys(database.setup)).toEqual([]);
    await database.write(vault, 'tenant-1', 'b', 'with the key of before');
    expect(await dropRetiredKeys(database.setup, '0 seconds')).toEqual([]);
    await rotateWith([older], false);
    expect(await dropRetiredKeys(database.setup, '0 seconds')).toHaveLength(1);
    expect(await keyUse(database.setup)).toMatchObject([{ isCurrent: true, rows: 2 }]);
    expect(await database.read(open(older).of('tenant-1'), 'tenant-1', 'b')).toBe('with the key of before');
  });
});
