import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emp001, startTestBridge, type TestBridge } from '../bridge-for-tests.ts';
import { announced, openArchive, pdf, type Archive, type TestFile } from './files-for-tests.ts';

let bridge: TestBridge;
let archive: Archive;

beforeAll(async () => {
  const times = { idleMs: 1_000, baseMs: 2_500, bytesPerSecond: 1024 * 1024 * 1024 };
  bridge = await startTestBridge({ documents: { maxBytes: 4 * 1024 * 1024, maxParallel: 2, times } });
  archive = await openArchive(() => bridge);
});
afterAll(async () => {
  archive?.close();
  await bridge?.stop();
});
beforeEach(() => bridge.reset());

/** Not a trace of a file that was refused. */
const leftovers = () => readdirSync(path.join(bridge.folder, '.incoming'));
const isThere = async (id: string) =>
  (await archive.ask('query($id: ID!) { document(id: $id) { id } }', { id })) !== null;

async function sent(file: TestFile, other: Partial<TestFile>, headers: object = {}) {
  const { documentId, upload } = await archive.request(file);
  const answer = await archive.put(upload!.url, { ...file, ...other }, headers);
  expect(await isThere(documentId)).toBe(false);
  expect(leftovers()).toEqual([]);
  return answer;
}

describe('a file is refused that', () => {
  const good = pdf('good and long enough');
  it.each([
    ['is another than was announced', { bytes: pdf('evil and long enough').bytes }, 'WRONG_CHECKSUM'],
    ['is larger', { bytes: Buffer.concat([good.bytes, Buffer.from('!')]) }, 'TOO_LARGE'],
    ['is smaller', { bytes: good.bytes.subarray(1) }, 'TOO_SHORT'],
    ['is of another type', { contentType: 'text/html' }, 'WRONG_CONTENT_TYPE'],
  ])('%s', async (_case, other, code) => {
    expect((await sent(good, other)).code).toBe(code);
  });

  it('is compressed on its way', async () => {
    const bomb = gzipSync(Buffer.alloc(1024 * 1024));
    const file = { ...good, bytes: bomb };
    expect(await sent(file, {}, { 'content-encoding': 'gzip' })).toEqual({ status: 415, code: 'COMPRESSED' });
  });

  it.each([
    ['a web page', 'application/pdf', '<!doctype html><script>alert(1)</script>'],
    ['a web page', 'text/plain', '\n <HTML><script>alert(1)</script>'],
    ['a picture that is a script', 'image/png', '<svg onload="alert(1)">'],
    ['a program', 'text/csv', 'MZ\x90\0\x03'],
    ['a PDF', 'image/jpeg', '%PDF-1.7'],
  ])('is %s and says that it is %s', async (_case, contentType, content) => {
    const file = { fileName: 'x', contentType, bytes: Buffer.from(content, 'latin1') };
    expect(await sent(file, {})).toEqual({ status: 422, code: 'NOT_WHAT_IT_SAYS' });
  });

  it('never ends, as soon as it is over', async () => {
    const { upload } = await archive.request(good);
    let given = 0;
    const endless = new ReadableStream({
      async pull(controller) {
        given += 1;
        if (given > 5_000) return controller.close();
        controller.enqueue(new Uint8Array(64 * 1024).fill(37));
      },
    });
    const init = { method: 'PUT', duplex: 'half', body: endless, headers: { 'content-type': good.contentType } };
    const answer = await archive.get(upload!.url, init as RequestInit);
    expect(answer.status).toBe(413);
    expect(given).toBeLessThan(500);
    expect(leftovers()).toEqual([]);
  });

  it('comes a byte at a time, or not at all', async () => {
    const { upload } = await archive.request(good);
    const slowly = (everyMs: number) =>
      new Promise<string>((resolve) => {
        const { hostname, port } = new URL(archive.origin);
        const socket = connect(Number(port), hostname);
        let heard = '';
        socket.on('data', (data) => (heard += data.toString())).on('error', () => undefined);
        socket.write(
          `PUT ${upload!.url} HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\nContent-Length: ${good.bytes.length}\r\n\r\n`,
        );
        let at = 0;
        const timer = setInterval(() => socket.write(good.bytes.subarray(at, ++at)), everyMs);
        socket.on('close', () => {
          clearInterval(timer);
          resolve(heard);
        });
      });
    const answers = await Promise.all([slowly(200), slowly(60_000)]);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect((await archive.put(upload!.url, good)).status).toBe(201);
  }, 20_000);

  it('is one too many at the same time, which says when to come again', async () => {
    const uploads = await Promise.all([1, 2, 3].map(() => archive.request(good)));
    const held = uploads.slice(0, 2).map(({ upload }) => sendHalf(upload!.url));
    await after(200);
    const third = await archive.get(uploads[2]!.upload!.url, {
      method: 'PUT',
      body: new Uint8Array(good.bytes),
      headers: { 'content-type': good.contentType },
    });
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '5']);
    for (const { finish } of held) expect(await finish()).toMatch(/^HTTP\/1\.1 201 /);
  });

  function sendHalf(url: string) {
    const { hostname, port } = new URL(archive.origin);
    const socket = connect(Number(port), hostname);
    const heard = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    const length = good.bytes.length;
    socket.write(
      `PUT ${url} HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\nContent-Length: ${length}\r\n\r\n`,
    );
    socket.write(good.bytes.subarray(0, 9));
    const finish = () => {
      socket.write(good.bytes.subarray(9));
      return heard.finally(() => socket.destroy());
    };
    return { finish };
  }
});

describe('what is announced', () => {
  it.each([
    ['a web page', { contentType: 'text/html' }, 'CONTENT_TYPE_NOT_ALLOWED'],
    ['a picture with scripts', { contentType: 'image/svg+xml' }, 'CONTENT_TYPE_NOT_ALLOWED'],
    ['a property of objects', { contentType: 'constructor' }, 'CONTENT_TYPE_NOT_ALLOWED'],
    ['too much', { sizeBytes: 4 * 1024 * 1024 + 1 }, 'TOO_LARGE'],
    ['nothing', { sizeBytes: 0 }, 'EMPTY_FILE'],
    ['no checksum', { sha256: 'x'.repeat(64) }, 'BAD_CHECKSUM'],
    ['a header in the name', { fileName: 'a.pdf\r\nSet-Cookie: a=b' }, 'BAD_FILE_NAME'],
    ['a NUL in the name', { fileName: 'a\0.pdf' }, 'BAD_FILE_NAME'],
    ['a name that reads backwards', { fileName: 'invoice\u202Efdp.exe' }, 'BAD_FILE_NAME'],
    ['a folder as a name', { fileName: '../..' }, 'BAD_FILE_NAME'],
  ])('is refused: %s', async (_case, change, code) => {
    const file = { ...announced(pdf('x')), ...change };
    expect(await archive.request(pdf('x'), { file })).toMatchObject({ code, message: expect.stringMatching(/.{10}/) });
  });

  it('loses the folders of its name, and never says where its bytes are kept', async () => {
    const id = await archive.file(pdf('x', '../../etc/../C:\\Users\\me\\pass"wd;.pdf'));
    const query = 'query($id: ID!) { document(id: $id) { currentVersion { fileName downloadUrl } } }';
    type Answer = { currentVersion: { fileName: string; downloadUrl: string } };
    const { currentVersion } = await archive.ask<Answer>(query, { id });
    expect(currentVersion.fileName).toBe('pass"wd;.pdf');
    const response = await archive.get(currentVersion.downloadUrl);
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="pass_wd;.pdf"; filename*=UTF-8''pass%22wd%3B.pdf`,
    );
    expect(readdirSync(bridge.folder).sort()).toEqual(['.incoming', 'tenant-001']);
  });

  it('is kept out of the folders of others whatever its tenant is called', async () => {
    const claims = { ...emp001, tenantId: '../tenant-001' };
    const { upload } = await archive.request(pdf('x'), {}, claims);
    expect((await archive.put(upload!.url, pdf('x'))).status).toBe(403);
  });
});

describe('a signed link', () => {
  const file = pdf('secret');
  const linkTo = async (id: string, claims = emp001): Promise<string> => {
    const query = 'query($id: ID!) { document(id: $id) { currentVersion { downloadUrl } } }';
    return (await archive.ask<{ currentVersion: { downloadUrl: string } }>(query, { id }, claims)).currentVersion
      .downloadUrl;
  };
  const statusOf = async (url: string, init?: RequestInit) => (await archive.get(url, init)).status;

  it('is worth nothing once a letter of it was changed', async () => {
    const [id, other] = [await archive.file(file), await archive.file(pdf('other'))];
    const url = await linkTo(id);
    expect(await statusOf(url)).toBe(200);
    const forged = [
      url.replace(id, other),
      url.replace('/1?', '/2?'),
      url.replace('tenant-001', 'tenant-002'),
      url.replace('emp-001', 'emp-901'),
      url.replace(/expires=(\d+)/, (_, at: string) => `expires=${Number(at) + 1}`),
      url.replace(/signature=./, 'signature=_'),
      url.replace(/&signature=.*/, ''),
      `${url}&tenant=tenant-002`,
      `${url}&factory=factory-bj-01`,
      url.replace(id, `..%2f${id}`),
    ];
    for (const each of forged) expect([each, await statusOf(each)]).toEqual([each, 403]);
    expect(await statusOf(url, { method: 'PUT', body: 'x', headers: { 'content-type': 'application/pdf' } })).toBe(403);
    expect(await statusOf(url, { method: 'DELETE' })).toBe(405);
  });

  it('is over after its time', async () => {
    const url = await linkTo(await archive.file(file));
    bridge.passMinutes(4.9);
    expect(await statusOf(url)).toBe(200);
    bridge.passMinutes(0.2);
    expect(await statusOf(url)).toBe(403);

    const { upload } = await archive.request(file, { requestId: 'late' });
    bridge.passMinutes(15.1);
    expect((await archive.put(upload!.url, file)).status).toBe(403);
    expect(await archive.request(file, { requestId: 'late' })).toMatchObject({ upload: null, document: null });
  });

  it('takes one file once, and never another one', async () => {
    const { documentId, upload } = await archive.request(file);
    expect((await archive.put(upload!.url, file)).status).toBe(201);
    for (const each of [file, pdf('forged')]) {
      expect(await archive.put(upload!.url, each)).toEqual({ status: 409, code: 'ALREADY_STORED' });
    }
    expect(await (await archive.get(await linkTo(documentId))).text()).toContain('secret');
  });

  it('takes one of two that are sent at the same time', async () => {
    const { upload } = await archive.request(file);
    const answers = await Promise.all([archive.put(upload!.url, file), archive.put(upload!.url, file)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('is worth what its user may do now', async () => {
    const id = await archive.file(file, { factoryId: 'factory-bj-01' });
    // As if the ERP had said so then: an operator of Shanghai, and a partner who may see no documents.
    for (const userId of ['emp-101', 'partner-001', 'nobody']) {
      expect(await statusOf(await linkTo(id, { ...emp001, userId }))).toBe(403);
    }
    const { upload } = await archive.request(file, {}, { ...emp001, userId: 'emp-101' });
    expect((await archive.put(upload!.url, file)).status).toBe(403);
  });

  it('of a file that has not come answers that there is none', async () => {
    const { documentId, upload } = await archive.request(file);
    const put = new URL(upload!.url, archive.origin);
    expect(await statusOf(put.pathname + put.search)).toBe(403);
    expect(await isThere(documentId)).toBe(false);
  });
});
