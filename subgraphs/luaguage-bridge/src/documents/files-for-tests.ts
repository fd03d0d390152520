/** A plant's files, and a client that sends and fetches them as a browser would. */
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Claims } from '@enghub/subgraph-kit/claims';
import { emp001, type TestBridge } from '../bridge-for-tests.ts';
import { DOCUMENTS_PATH } from './signed-urls.ts';

export type TestFile = Readonly<{ fileName: string; contentType: string; bytes: Buffer }>;
export type Upload = Readonly<{
  documentId: string;
  number: number;
  upload: { url: string; method: string; headers: { name: string; value: string }[]; expiresAt: string } | null;
  document: { id: string; version: number } | null;
  replayed: boolean;
  code?: string;
  message?: string;
}>;

export const pdf = (content: string, fileName = 'drawing.pdf'): TestFile => ({
  fileName,
  contentType: 'application/pdf',
  bytes: Buffer.from(`%PDF-1.7\n${content}`),
});

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export const announced = ({ fileName, contentType, bytes }: TestFile) => ({
  ...{ fileName, contentType, sizeBytes: bytes.length, sha256: sha256(bytes) },
});

const PAYLOAD = `... on RequestDocumentUploadPayload { documentId number replayed document { id version }
    upload { url method headers { name value } expiresAt } }
  ... on DocumentRefusal { code message }`;
const REQUEST = `mutation($input: RequestDocumentUploadInput!) { requestDocumentUpload(input: $input) { ${PAYLOAD} } }`;
const REQUEST_VERSION = `mutation($input: RequestDocumentVersionUploadInput!) {
  requestDocumentVersionUpload(input: $input) { ${PAYLOAD} } }`;

export async function openArchive(bridge: () => TestBridge) {
  const front = createServer((request, response) => void bridge().route(DOCUMENTS_PATH)!.handle(request, response));
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;

  async function ask<T>(query: string, variables: object, claims: Claims = emp001): Promise<T> {
    const { data, errors } = await bridge().ask(query, variables as Record<string, unknown>, claims);
    if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
    return Object.values(data!)[0] as T;
  }
  const request = (file: TestFile, change: object = {}, claims?: Claims): Promise<Upload> => {
    const usual = { requestId: randomUUID(), kind: 'DRAWING', title: 'Housing', file: announced(file) };
    return ask(REQUEST, { input: { ...usual, ...change } }, claims);
  };
  const requestVersion = (documentId: string, file: TestFile, change: object = {}, claims?: Claims): Promise<Upload> =>
    ask(REQUEST_VERSION, { input: { requestId: randomUUID(), documentId, file: announced(file), ...change } }, claims);

  async function put(url: string, { bytes, contentType }: Omit<TestFile, 'fileName'>, headers: object = {}) {
    const response = await fetch(origin + url, {
      method: 'PUT',
      headers: { 'content-type': contentType, ...headers },
      body: new Uint8Array(bytes),
    });
    const body = (await response.json()) as { errors?: { extensions: { code: string } }[] };
    return { status: response.status, code: body.errors?.[0]?.extensions.code };
  }

  /** All the way to a stored document. */
  async function file(file: TestFile, change: object = {}, claims?: Claims): Promise<string> {
    const { documentId, upload, code } = await request(file, change, claims);
    if (!upload) throw new Error(`refused: ${code}`);
    const { status } = await put(upload.url, file);
    if (status !== 201) throw new Error(`not stored: ${status}`);
    return documentId;
  }

  return {
    origin,
    ask,
    request,
    requestVersion,
    put,
    file,
    get: (url: string, init: RequestInit = {}) => fetch(origin + url, init),
    close: () => {
      front.close();
      front.closeAllConnections();
    },
  };
}
export type Archive = Awaited<ReturnType<typeof openArchive>>;
