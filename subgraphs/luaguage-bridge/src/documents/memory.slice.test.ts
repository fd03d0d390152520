import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestBridge, type TestBridge } from '../bridge-for-tests.ts';
import { openArchive, type Archive } from './files-for-tests.ts';

const MB = 1024 * 1024;
const SIZE = 48 * MB;
let bridge: TestBridge;
let archive: Archive;

beforeAll(async () => {
  bridge = await startTestBridge();
  archive = await openArchive(() => bridge);
});
afterAll(async () => {
  archive?.close();
  await bridge?.stop();
});

const head = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(64 * 1024 - 9, 'x')]);
const piece = Buffer.alloc(64 * 1024, 'x');
function* pieces(): Generator<Buffer> {
  yield head;
  for (let sent = head.length; sent < SIZE; sent += piece.length) yield piece;
}

/** Both ends run in this process, so the client keeps nothing either. */
async function transfer(url: string, init: RequestOptions, body?: Readable): Promise<{ status: number; size: number }> {
  const outgoing = request(archive.origin + url, init);
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  if (body) await pipeline(body, outgoing);
  else outgoing.end();
  const [response] = await answered;
  let size = 0;
  for await (const each of response as AsyncIterable<Buffer>) size += each.length;
  return { status: response.statusCode!, size };
}

it('holds pieces of files and never whole ones, however many come and go', async () => {
  const hash = createHash('sha256');
  for (const each of pieces()) hash.update(each);
  const file = { fileName: 'big.pdf', contentType: 'application/pdf', sizeBytes: SIZE, sha256: hash.digest('hex') };
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  const watch = setInterval(() => {
    // What is held, not what is still to be collected.
    collect();
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
  }, 100);

  const ids = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const { documentId, upload } = await archive.request({ ...file, bytes: Buffer.alloc(0) }, { file });
      const headers = { 'content-type': file.contentType, 'content-length': SIZE };
      const { status } = await transfer(upload!.url, { method: 'PUT', headers }, Readable.from(pieces()));
      expect(status).toBe(201);
      return documentId;
    }),
  );
  await Promise.all(
    ids.map(async (id) => {
      const query = 'query($id: ID!) { document(id: $id) { currentVersion { downloadUrl } } }';
      const found = await archive.ask<{ currentVersion: { downloadUrl: string } }>(query, { id });
      expect(await transfer(found.currentVersion.downloadUrl, {})).toEqual({ status: 200, size: SIZE });
    }),
  );
  clearInterval(watch);
  // Four files are four times that.
  expect(peak).toBeLessThan(SIZE);
}, 60_000);
