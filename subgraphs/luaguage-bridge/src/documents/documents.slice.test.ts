import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emp001, startTestBridge, type TestBridge } from '../bridge-for-tests.ts';
import { announced, openArchive, pdf, type Archive } from './files-for-tests.ts';

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
beforeEach(() => bridge.reset());

/** Of the second plant's operator: sees Shanghai only. */
const shanghai = { ...emp001, userId: 'emp-101', factoryIds: ['factory-sh-01'] };
const otherTenant = { ...emp001, tenantId: 'tenant-002', userId: 'emp-701', factoryIds: ['factory-sz-01'] };

const DOCUMENT = `query($id: ID!) { document(id: $id) {
  id kind title factoryId version archivedAt links { kind id }
  currentVersion { number fileName contentType sizeBytes sha256 uploadedBy downloadUrl }
  versions { number downloadUrl } } }`;
type Found = {
  version: number;
  currentVersion: { number: number; fileName: string; downloadUrl: string };
  versions: { number: number; downloadUrl: string }[];
} | null;
const document = (id: string, claims = emp001): Promise<Found> => archive.ask(DOCUMENT, { id }, claims);
const stored = () =>
  readdirSync(bridge.folder, { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile())
    .map((it) => path.relative(bridge.folder, path.join(it.parentPath, it.name)));

describe('a file that is announced and sent', () => {
  it('becomes a document that is about a product and can be fetched', async () => {
    const file = pdf('the housing', 'Gehäuse "A" 外壳.pdf');
    const subjects = [{ kind: 'PRODUCT', id: 'PART-1' }];
    const { documentId, number, upload, document: before } = await archive.request(file, { subjects });
    expect({ number, before, method: upload!.method }).toEqual({ number: 1, before: null, method: 'PUT' });
    expect(await document(documentId)).toBeNull();

    expect(await archive.put(upload!.url, file)).toEqual({ status: 201, code: undefined });
    const found = (await document(documentId))!;
    expect(found).toMatchObject({
      ...{ kind: 'DRAWING', title: 'Housing', factoryId: null, archivedAt: null, links: subjects },
      currentVersion: { number: 1, ...announced(file), uploadedBy: 'emp-001' },
    });
    expect(stored()).toEqual([`tenant-001/${documentId}/1`]);

    const response = await archive.get(found.currentVersion.downloadUrl);
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(file.bytes);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(file.bytes.length),
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': `attachment; filename="Geh_use _A_ __.pdf"; filename*=UTF-8''Geh%C3%A4use%20%22A%22%20%E5%A4%96%E5%A3%B3.pdf`,
    });
  });

  it('stands under everything that it is about', async () => {
    const kinds = ['PRODUCT', 'MATERIAL', 'WORK_ORDER', 'INSPECTION', 'EQUIPMENT'];
    const types = ['Product', 'Material', 'WorkOrder', 'Inspection', 'Equipment'];
    const subjects = kinds.map((kind) => ({ kind, id: 'MAT-001' }));
    const first = await archive.file(pdf('first'), { subjects });
    const second = await archive.file(pdf('second'), { subjects, kind: 'CERTIFICATE' });
    const fragments = types.map(
      (type) => `... on ${type} { all: documents { id } certificates: documents(kinds: [CERTIFICATE]) { id } }`,
    );
    const found = await archive.ask<{ all: { id: string }[]; certificates: { id: string }[] }[]>(
      `query($of: [_Any!]!) { _entities(representations: $of) { ${fragments.join(' ')} } }`,
      { of: types.filter((it) => it !== 'Product').map((type) => ({ __typename: type, id: 'MAT-001' })) },
    );
    for (const { all, certificates } of found) {
      expect(all.map(({ id }) => id)).toEqual([second, first]);
      expect(certificates.map(({ id }) => id)).toEqual([second]);
    }
  });

  it('is a new version of its document, and the old one stays', async () => {
    const id = await archive.file(pdf('one'));
    const file = pdf('two', 'rev-b.pdf');
    const { number, upload, document: known } = await archive.requestVersion(id, file);
    expect({ number, known: known?.id }).toEqual({ number: 2, known: id });
    expect((await document(id))!.currentVersion.number).toBe(1);
    await archive.put(upload!.url, file);
    const found = (await document(id))!;
    expect(found.currentVersion).toMatchObject({ number: 2, fileName: 'rev-b.pdf' });
    expect(await (await archive.get(found.versions[1]!.downloadUrl)).text()).toContain('one');
  });

  it('is asked for once by one request id', async () => {
    const file = pdf('once');
    const first = await archive.request(file, { requestId: 'once' });
    expect(await archive.request(file, { requestId: 'once' })).toEqual({ ...first, replayed: true });
    expect(await archive.request(pdf('other'), { requestId: 'once' })).toMatchObject({ code: 'REQUEST_ID_REUSED' });
    await archive.put(first.upload!.url, file);
    const after = await archive.request(file, { requestId: 'once' });
    expect(after).toMatchObject({ upload: null, document: { id: first.documentId }, replayed: true });
  });

  it('may break off, and be sent again until its time is over', async () => {
    const file = pdf('again');
    const { documentId, upload } = await archive.request(file);
    const half = { ...file, bytes: file.bytes.subarray(0, 8) };
    expect(await archive.put(upload!.url, half)).toEqual({ status: 422, code: 'TOO_SHORT' });
    expect(await document(documentId)).toBeNull();
    expect(existsSync(path.join(bridge.folder, 'tenant-001', documentId))).toBe(false);
    expect(readdirSync(path.join(bridge.folder, '.incoming'))).toEqual([]);
    expect((await archive.put(upload!.url, file)).status).toBe(201);
    expect(readFileSync(path.join(bridge.folder, 'tenant-001', documentId, '1'))).toEqual(file.bytes);
  });

  it('reaches nobody of another plant or tenant', async () => {
    const file = pdf('beijing only');
    const id = await archive.file(file, { factoryId: 'factory-bj-01', subjects: [{ kind: 'PRODUCT', id: 'PART-9' }] });
    expect(await document(id)).not.toBeNull();
    for (const claims of [shanghai, otherTenant]) {
      expect(await document(id, claims)).toBeNull();
      expect(await archive.requestVersion(id, file, {}, claims)).toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await archive.request(file, { factoryId: 'factory-bj-01' }, shanghai)).toMatchObject({
      code: 'FACTORY_NOT_FOUND',
    });
  });
});

describe('a document', () => {
  const CHANGE = (name: string, type: string) => `mutation($input: ${type}!) { ${name}(input: $input) {
    ... on ChangeDocumentPayload { document { version archivedAt links { kind id } } }
    ... on DocumentRefusal { code message } } }`;
  const subject = { kind: 'EQUIPMENT', id: 'press-1' };

  it('is linked and unlinked by who saw its last version', async () => {
    const id = await archive.file(pdf('linked'));
    const { version } = (await document(id))!;
    const link = (input: object) =>
      archive.ask(CHANGE('linkDocument', 'LinkDocumentInput'), { input: { id, subject, ...input } });
    expect(await link({ version })).toEqual({ document: { version: version + 1, archivedAt: null, links: [subject] } });
    expect(await link({ version })).toMatchObject({ code: 'STALE_VERSION' });
    expect(await link({ version: version + 1 })).toMatchObject({ document: { version: version + 1 } });
    const unlink = CHANGE('unlinkDocument', 'LinkDocumentInput');
    expect(await archive.ask(unlink, { input: { id, subject, version: version + 1 } })).toMatchObject({
      document: { links: [] },
    });
    expect(await archive.ask(unlink, { input: { id, subject, version: version + 2 } }, otherTenant)).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('leaves the lists when it is archived, and nothing is added to it', async () => {
    const subjects = [{ kind: 'EQUIPMENT', id: 'press-2' }];
    const id = await archive.file(pdf('old'), { subjects });
    const late = pdf('late');
    const { upload } = await archive.requestVersion(id, late);
    const { version } = (await document(id))!;
    expect(
      await archive.ask(CHANGE('archiveDocument', 'ArchiveDocumentInput'), {
        input: { id, version, reason: 'replaced' },
      }),
    ).toMatchObject({ document: { archivedAt: bridge.now().toISOString() } });
    const list = (filter: object) =>
      archive.ask<{ edges: { node: { id: string } }[] }>(
        `query($filter: DocumentFilter) { documents(filter: $filter) { edges { node { id } } } }`,
        { filter: { subject: subjects[0], ...filter } },
      );
    expect(await list({})).toEqual({ edges: [] });
    expect(await list({ includeArchived: true })).toEqual({ edges: [{ node: { id } }] });
    expect(await archive.requestVersion(id, pdf('more'))).toMatchObject({ code: 'ARCHIVED' });
    expect(await archive.put(upload!.url, late)).toEqual({ status: 409, code: 'ARCHIVED' });
    expect(stored().filter((name) => name.includes(id))).toEqual([`tenant-001/${id}/1`]);
    const { downloadUrl } = (await document(id))!.currentVersion;
    expect((await archive.get(downloadUrl)).status).toBe(200);
  });

  it('is listed page by page, newest first', async () => {
    const subjects = [{ kind: 'INSPECTION', id: 'ins-1' }];
    const ids = [];
    for (const content of ['a', 'b', 'c']) ids.push(await archive.file(pdf(content), { subjects }));
    type Page = { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    const page = (after: string | null) =>
      archive.ask<Page>(
        `query($filter: DocumentFilter, $after: String) { documents(filter: $filter, first: 2, after: $after) {
          edges { node { id } } pageInfo { hasNextPage endCursor } } }`,
        { filter: { subject: subjects[0] }, after },
      );
    const first = await page(null);
    expect(first.edges.map(({ node }) => node.id)).toEqual([ids[2], ids[1]]);
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect((await page(first.pageInfo.endCursor)).edges.map(({ node }) => node.id)).toEqual([ids[0]]);
  });
});

describe('a part approval on file', () => {
  const SUBMIT = `mutation($input: SubmitPpapInput!) { submitPpap(input: $input) {
    ... on ChangeDocumentPayload { document { version ppap { status changedBy reason } } } ... on DocumentRefusal { code message } } }`;
  const DECIDE = SUBMIT.replace('SubmitPpapInput', 'DecidePpapInput').replace('submitPpap', 'decidePpap');
  type Changed = { document: { version: number; ppap: { status: string } }; code?: string };
  const quality = { ...emp001, userId: 'emp-201' };

  it('is submitted, decided with a reason, and starts again with a new version', async () => {
    const id = await archive.file(pdf('ppap'), { kind: 'PPAP', subjects: [{ kind: 'MATERIAL', id: 'MAT-PENDING' }] });
    const { version } = (await document(id))!;
    const submitted = await archive.ask<Changed>(SUBMIT, { input: { id, version } });
    expect(submitted.document.ppap).toEqual({ status: 'SUBMITTED', changedBy: 'emp-001', reason: null });
    const decide = (input: object) =>
      archive.ask<Changed>(DECIDE, { input: { id, version: submitted.document.version, ...input } }, quality);
    expect(await decide({ decision: 'REJECT' })).toMatchObject({ code: 'REASON_MISSING' });
    expect(await decide({ decision: 'APPROVE_INTERIM', reason: '500 pieces' })).toMatchObject({
      document: { ppap: { status: 'INTERIM_APPROVED', changedBy: 'emp-201', reason: '500 pieces' } },
    });
    expect(await decide({ decision: 'APPROVE' })).toMatchObject({ code: 'STALE_VERSION' });

    const waiting = (ppapStatuses: string[]) =>
      archive.ask<{ edges: unknown[] }>(
        `query($filter: DocumentFilter) { documents(filter: $filter) { edges { node { id } } } }`,
        { filter: { ppapStatuses } },
      );
    expect((await waiting(['INTERIM_APPROVED'])).edges).toEqual([{ node: { id } }]);
    const next = pdf('ppap, second try');
    await archive.put((await archive.requestVersion(id, next)).upload!.url, next);
    expect((await waiting(['INTERIM_APPROVED'])).edges).toEqual([]);
    expect((await waiting(['DRAFT'])).edges).toEqual([{ node: { id } }]);
  });

  it('is nothing that other documents have', async () => {
    const id = await archive.file(pdf('no ppap'));
    const { version } = (await document(id))!;
    expect(await archive.ask(SUBMIT, { input: { id, version } })).toMatchObject({ code: 'NO_PPAP' });
  });
});

describe('what was announced and never came', () => {
  it('is forgotten an hour after its time, and a document that nothing is left of with it', async () => {
    const { documentId } = await archive.request(pdf('never'));
    const kept = await archive.file(pdf('kept'));
    await archive.requestVersion(kept, pdf('never either'));
    bridge.passMinutes(70);
    expect(await bridge.forgetAbandoned()).toBe(0);
    bridge.passMinutes(10);
    expect(await bridge.forgetAbandoned()).toBeGreaterThanOrEqual(2);
    expect(await bridge.forgetAbandoned()).toBe(0);
    const file = pdf('third');
    expect(await archive.requestVersion(documentId, file)).toMatchObject({ code: 'NOT_FOUND' });
    expect((await archive.requestVersion(kept, file)).number).toBe(3);
  });
});

describe('the books', () => {
  let books: pg.Client;
  beforeAll(async () => {
    books = new pg.Client({ connectionString: bridge.ownerUrl });
    await books.connect();
  });
  afterAll(() => books.end());

  it('let nobody change a file that is stored, nor forget it', async () => {
    const id = await archive.file(pdf('for good'));
    for (const sql of [
      `UPDATE luaguage_bridge.document_versions SET sha256 = repeat('0', 64) WHERE document_id = $1`,
      `DELETE FROM luaguage_bridge.document_versions WHERE document_id = $1`,
    ]) {
      await expect(books.query(sql, [id])).rejects.toThrow('a stored version of a document does not change');
    }
  });

  it('say who announced, sent and archived what', async () => {
    const id = await archive.file(pdf('audited'));
    const { version } = (await document(id))!;
    await archive.ask(`mutation($input: ArchiveDocumentInput!) { archiveDocument(input: $input) { __typename } }`, {
      input: { id, version, reason: 'outdated' },
    });
    const { rows } = await books.query<Record<string, unknown>>(
      `SELECT command, user_id, reason, after->>'state' AS state FROM luaguage_bridge.audit_entries
        WHERE entity_id = $1 ORDER BY id`,
      [id],
    );
    expect(rows).toEqual([
      { command: 'requestDocumentUpload', user_id: 'emp-001', reason: null, state: null },
      { command: 'requestDocumentUpload', user_id: 'emp-001', reason: null, state: 'STORED' },
      { command: 'archiveDocument', user_id: 'emp-001', reason: 'outdated', state: null },
    ]);
  });
});
