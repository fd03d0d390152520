import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { masterKeysOfFile, readMasterKeys, unwrap, wrap } from './master-keys.ts';

const entry = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

describe('master keys', () => {
  it('are a list, of which the first wraps and every one unwraps', () => {
    const [older, newer] = [entry('2026'), entry('2027')];
    const of = { tenantId: 'tenant-001', id: 'key00001' };
    const dataKey = randomBytes(32);
    const wrapped = wrap(readMasterKeys(older), 'mes', of, dataKey);
    const both = readMasterKeys(`${newer}, ${older}`);
    expect(both.currentId).toBe('2027');
    expect(unwrap(both, 'mes', of, wrapped)).toEqual(dataKey);
    expect(() => unwrap(readMasterKeys(newer), 'mes', of, wrapped)).toThrow('"2026", which ENGHUB_ENCRYPTION_KEYS');
    expect(() => unwrap(readMasterKeys(entry('2026')), 'mes', of, wrapped)).toThrow('is not the one that wrapped');
    expect(() => unwrap(both, 'mes', { ...of, tenantId: 'tenant-002' }, wrapped)).toThrow('is not the one');
    expect(() => unwrap(both, 'qms', of, wrapped)).toThrow('is not the one');
  });

  it.each(['', 'no-key', 'id:c2hvcnQ=', `a b:${randomBytes(32).toString('base64')}`, `${entry('a')},`])(
    'are not "%s"',
    (text) => expect(() => readMasterKeys(text)).toThrow('32 bytes as base64'),
  );

  it('are told apart by their ids', () => {
    expect(() => readMasterKeys(`${entry('a')},${entry('a')}`)).toThrow('two keys called a');
  });

  it('of a file are made once, for its owner only, and a spoilt file is named', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'enghub-keys-'));
    try {
      const file = path.join(folder, 'data', 'encryption-key');
      const made = masterKeysOfFile(file);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(masterKeysOfFile(file)).toEqual(made);
      writeFileSync(file, 'spoilt');
      expect(() => masterKeysOfFile(file)).toThrow(file);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
