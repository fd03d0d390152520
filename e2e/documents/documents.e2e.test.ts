import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeData, startAllInOne } from '../support/all-in-one.ts';
import { startDistributed } from '../support/distributed.ts';
import { dataOf, type Graph } from '../support/graph.ts';

type System = Readonly<{ graph: Graph; stop: () => Promise<void> }>;

async function start(form: string): Promise<System | undefined> {
  if (form === 'distributed') return startDistributed();
  const system = await startAllInOne();
  return {
    graph: system.graph,
    stop: async () => {
      await system.stop();
      removeData(system);
    },
  };
}

const REQUEST = `mutation($input: RequestDocumentUploadInput!) { requestDocumentUpload(input: $input) {
  ... on RequestDocumentUploadPayload { documentId upload { url method headers { name value } } }
  ... on DocumentRefusal { code } } }`;

describe.each(['all-in-one', 'distributed'])('documents, %s', (form) => {
  let system: System | undefined;
  beforeAll(async () => {
    system = await start(form);
  });
  afterAll(() => system?.stop());

  it('reach a product through the one address that clients know, and nobody without the permission', async () => {
    if (!system) return;
    const { graph } = system;
    // Large enough for many pieces.
    const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(5 * 1024 * 1024, 'x')]);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const file = { fileName: 'housing.pdf', contentType: 'application/pdf', sizeBytes: bytes.length, sha256 };
    const subjects = [{ kind: 'PRODUCT', id: 'PROD-A001' }];
    const input = { requestId: randomUUID(), kind: 'DRAWING', title: 'Housing', subjects, file };
    const denied = await graph.ask('emp-101', REQUEST, { input });
    expect(denied.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    const { requestDocumentUpload: requested } = dataOf(await graph.ask('emp-201', REQUEST, { input })) as unknown as {
      requestDocumentUpload: {
        documentId: string;
        upload: { url: string; method: string; headers: { name: string; value: string }[] };
      };
    };
    const { url, method, headers } = requested.upload;
    const answer = await fetch(graph.url + url, {
      method,
      headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
      body: bytes,
    });
    expect([answer.status, await answer.json()]).toEqual([
      201,
      { documentId: requested.documentId, number: 1, sha256 },
    ]);

    const query = `{ product(id: "PROD-A001") { documents { id title currentVersion { sha256 downloadUrl } } } }`;
    const { product } = dataOf(await graph.ask('emp-101', query)) as unknown as {
      product: { documents: { id: string; currentVersion: { sha256: string; downloadUrl: string } }[] };
    };
    const [document] = product.documents;
    expect(document).toMatchObject({ id: requested.documentId, title: 'Housing', currentVersion: { sha256 } });
    const content = await fetch(graph.url + document!.currentVersion.downloadUrl);
    expect(content.headers.get('content-disposition')).toContain('attachment');
    expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true);

    const other = document!.currentVersion.downloadUrl.replace('emp-101', 'emp-701');
    expect((await fetch(graph.url + other)).status).toBe(403);
  });
});
