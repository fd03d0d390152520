import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decrypt, encrypt, keyIdOf } from './encrypted-values.ts';

const key = randomBytes(32);
const place = ['tenant-001', 'mes.hand_over_notes', 'text', 'note-1'];

describe('an encrypted value', () => {
  it('is read where it was written, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string()), (text, where) => {
        const value = encrypt(key, 'key00001', where, Buffer.from(text));
        expect(decrypt(key, where, value).toString()).toBe(text);
        expect(value).toMatch(/^v1\.key00001\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{22,}$/);
      }),
    );
  });

  it('never looks the same twice', () => {
    const values = Array.from({ length: 100 }, () => encrypt(key, 'key00001', place, Buffer.from('the same')));
    expect(new Set(values).size).toBe(100);
  });

  it.each([
    ['of another tenant', ['tenant-002', ...place.slice(1)]],
    ['of another table', [place[0]!, 'mes.operator_qualifications', ...place.slice(2)]],
    ['of another column', [...place.slice(0, 2), 'title', place[3]!]],
    ['of another row', [...place.slice(0, 3), 'note-2']],
    ['whose ids were joined otherwise', [place[0]!, 'mes.hand_over_notes', 'text,note-1']],
  ])('is worth nothing in a place %s', (_case, elsewhere) => {
    const value = encrypt(key, 'key00001', place, Buffer.from('Li is on sick leave'));
    expect(() => decrypt(key, elsewhere, value)).toThrow();
  });

  it('is not read once a single character of nonce or text was changed, nor with another key', () => {
    const value = encrypt(key, 'key00001', place, Buffer.from('Li is on sick leave'));
    const start = 'v1.key00001.'.length;
    for (let at = start; at < value.length; at++) {
      const other = value[at] === 'A' ? 'B' : 'A';
      const altered = value.slice(0, at) + (value[at] === '.' ? '.' : other) + value.slice(at + 1);
      // The last character of base64 has bits that stand for nothing.
      if (altered === value || at === value.length - 1) continue;
      expect(() => decrypt(key, place, altered), `at ${at}`).toThrow();
    }
    expect(() => decrypt(randomBytes(32), place, value)).toThrow();
  });

  it.each(['', 'plain words', 'v2.a.b.c', 'v1.key00001.AAAA.AAAA', 'v1..AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA'])(
    'is not "%s"',
    (text) => {
      expect(() => decrypt(key, place, text)).toThrow();
      expect(() => keyIdOf(text)).toThrow('not an encrypted value');
    },
  );
});
