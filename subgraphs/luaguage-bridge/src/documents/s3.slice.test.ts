import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emp001, startTestBridge, type TestBridge } from '../bridge-for-tests.ts';
import { openArchive, pdf, type Archive } from './files-for-tests.ts';
import { startS3Peer, type S3Peer } from './s3-peer-for-tests.ts';

const keys = { id: 'plant', secret: 'a-secret-of-the-bucket', region: 'cn-north-1' };
let s3: S3Peer;
let bridge: TestBridge;
let archive: Archive;

const bridgeOn = (secretAccessKey: string) =>
  startTestBridge({
    documents: {
      storage: {
        s3: { bucket: 'plant-files', region: keys.region, endpoint: s3.url, accessKeyId: keys.id, secretAccessKey },
      },
    },
  });

beforeAll(async () => {
  s3 = await startS3Peer(keys);
  bridge = await bridgeOn(keys.secret);
  archive = await openArchive(() => bridge);
});
afterAll(async () => {
  archive?.close();
  await bridge?.stop();
  s3?.stop();
});
beforeEach(() => {
  bridge.reset();
  s3.fail(false);
});

const linkTo = async (id: string): Promise<string> => {
  const query = 'query($id: ID!) { document(id: $id) { currentVersion { downloadUrl } } }';
  return (await archive.ask<{ currentVersion: { downloadUrl: string } }>(query, { id })).currentVersion.downloadUrl;
};

describe('documents in a bucket', () => {
  it('are kept under tenant, document and version, and come back as they were', async () => {
    const file = { ...pdf('x'), bytes: Buffer.concat([pdf('x').bytes, Buffer.alloc(3 * 1024 * 1024, 7)]) };
    const id = await archive.file(file);
    const key = `/plant-files/${emp001.tenantId}/${id}/1`;
    expect([...s3.objects.keys()]).toEqual([key]);
    expect(s3.objects.get(key)!.equals(file.bytes)).toBe(true);
    const response = await archive.get(await linkTo(id));
    expect(response.headers.get('content-disposition')).toContain('attachment');
    expect(Buffer.from(await response.arrayBuffer()).equals(file.bytes)).toBe(true);
    expect(s3.refused).toEqual([]);
  });

  it('are there only once the bucket has them, and may be sent again until then', async () => {
    const file = pdf('again');
    const { documentId, upload } = await archive.request(file);
    s3.fail(true);
    expect((await archive.put(upload!.url, file)).status).toBe(503);
    expect(await archive.ask('query($id: ID!) { document(id: $id) { id } }', { id: documentId })).toBeNull();
    s3.fail(false);
    expect((await archive.put(upload!.url, file)).status).toBe(201);
    s3.fail(true);
    const link = await linkTo(documentId);
    expect((await archive.get(link)).status).toBe(503);
  });

  it('are not kept with a wrong secret', async () => {
    const stranger = await bridgeOn('another-secret');
    const front = await openArchive(() => stranger);
    const file = pdf('x');
    const { upload } = await front.request(file);
    expect((await front.put(upload!.url, file)).status).toBe(503);
    expect(s3.refused).toContain('SignatureDoesNotMatch');
    front.close();
    await stranger.stop();
  });
});
