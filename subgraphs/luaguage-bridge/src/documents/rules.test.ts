import { describe, expect, it } from 'vitest';
import { announce, draftDocument, isWhatItSays, keyOf, newest, withLink } from './rules.ts';

const MOST = 1_000;
const file = { fileName: 'a.pdf', contentType: 'application/pdf', sizeBytes: 10, sha256: 'A'.repeat(64) };

describe('an announced file', () => {
  it('is kept without its folders, its charset and capital letters', () => {
    const told = { ...file, fileName: 'C:\\plans\\外壳 v2.pdf', contentType: 'Application/PDF; charset=binary' };
    expect(announce(told, MOST)).toMatchObject({
      ok: true,
      state: { fileName: '外壳 v2.pdf', contentType: 'application/pdf', sizeBytes: 10, sha256: 'a'.repeat(64) },
    });
  });

  it.each([
    [{ sizeBytes: MOST }, null],
    [{ sizeBytes: MOST + 1 }, 'TOO_LARGE'],
    [{ sizeBytes: -1 }, 'EMPTY_FILE'],
    [{ fileName: 'plans/' }, 'BAD_FILE_NAME'],
    [{ fileName: 'x'.repeat(201) }, 'BAD_FILE_NAME'],
    [{ contentType: 'application/x-msdownload' }, 'CONTENT_TYPE_NOT_ALLOWED'],
    [{ sha256: 'a'.repeat(63) }, 'BAD_CHECKSUM'],
  ])('with %j is answered %s', (change, refusal) => {
    const decision = announce({ ...file, ...change }, MOST);
    expect(decision.ok ? null : decision.refusal).toBe(refusal);
  });
});

describe('the beginning of a file', () => {
  it.each([
    ['application/pdf', '%PDF-1.4'],
    ['image/png', '\x89PNG\r\n\x1a\n'],
    ['image/webp', 'RIFF\x10\0\0\0WEBPVP8 '],
    ['image/heic', '\0\0\0\x18ftypheic'],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'PK\x03\x04'],
    ['model/step', 'ISO-10303-21;\nHEADER;'],
    ['text/csv', 'order;quantity\n4711;10'],
    ['text/plain', 'Tolerance < 0.02 mm'],
  ])('shows that it is %s', (type, content) => {
    expect(isWhatItSays(type, Buffer.from(content, 'latin1'))).toBe(true);
  });

  it.each([
    ['application/pdf', ' %PDF-1.4'],
    ['application/pdf', 'PK\x03\x04'],
    ['image/webp', 'RIFF\x10\0\0\0WAVE'],
    ['text/plain', '\xef\xbb\xbf<!DOCTYPE html>'],
    ['text/plain', 'a\0b'],
    ['text/html', '<html>'],
  ])('shows that it is not %s: %j', (type, content) => {
    expect(isWhatItSays(type, Buffer.from(content, 'latin1'))).toBe(false);
  });
});

describe('a document', () => {
  const subject = { kind: 'PRODUCT', id: 'PROD-A001' } as const;
  const draft = { kind: 'DRAWING', title: ' Housing ', subjects: [subject, subject], file } as const;

  it('is about each thing once', () => {
    expect(draftDocument(draft, MOST)).toMatchObject({ state: { title: 'Housing', subjects: [subject] } });
    expect(withLink([subject], subject)).toMatchObject({ state: false });
    expect(withLink([subject], { kind: 'MATERIAL', id: 'PROD-A001' })).toMatchObject({ state: true });
  });

  it.each([
    [{ title: ' ' }, 'BAD_TITLE'],
    [{ title: 'two\nlines' }, 'BAD_TITLE'],
    [{ subjects: [{ kind: 'PRODUCT', id: '\0' }] as const }, 'BAD_SUBJECT'],
    [
      { subjects: Array.from({ length: 21 }, (_, at) => ({ kind: 'PRODUCT' as const, id: `p${at}` })) },
      'TOO_MANY_SUBJECTS',
    ],
  ])('is refused with %o', (change, refusal) => {
    expect(draftDocument({ ...draft, ...change }, MOST)).toEqual({ ok: false, refusal });
  });

  it('shows its newest version, also when an older one comes later', () => {
    expect([newest(null, 1), newest(1, 2), newest(3, 2)]).toEqual([1, 2, 3]);
  });

  it('lies where no client chose', () => expect(keyOf('tenant-001', 'd', 2)).toBe('tenant-001/d/2'));
});
