/**
 * The other end of the S3 protocol, as far as documents speak it: PUT, GET and DELETE of an object, each with a
 * signature (AWS Signature Version 4) that is computed again here from what arrived.
 */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export type S3Peer = Readonly<{
  url: string;
  objects: Map<string, Buffer>;
  /** What was refused, and why. */
  refused: string[];
  /** Answers like a service that is ill. */
  fail(whether: boolean): void;
  stop(): void;
}>;

export async function startS3Peer(keys: Readonly<{ id: string; secret: string; region: string }>): Promise<S3Peer> {
  const objects = new Map<string, Buffer>();
  const refused: string[] = [];
  let isIll = false;

  async function answer(request: IncomingMessage): Promise<{ status: number; body?: Buffer | string }> {
    const body = await buffer(request);
    const refuse = (status: number, code: string) => {
      refused.push(code);
      return { status, body: `<Error><Code>${code}</Code></Error>` };
    };
    if (isIll) return refuse(503, 'ServiceUnavailable');
    if (!isSigned(request, keys)) return refuse(403, 'SignatureDoesNotMatch');
    const name = decodeURIComponent(new URL(request.url!, 'http://s3').pathname);
    if (request.method === 'PUT') {
      const checksum = createHash('sha256').update(body).digest('base64');
      if (request.headers['x-amz-checksum-sha256'] !== checksum) return refuse(400, 'BadDigest');
      objects.set(name, body);
      return { status: 200 };
    }
    if (request.method === 'DELETE') {
      objects.delete(name);
      return { status: 204 };
    }
    const found = objects.get(name);
    return found ? { status: 200, body: found } : refuse(404, 'NoSuchKey');
  }

  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => response.writeHead(status).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    refused,
    fail: (whether) => {
      isIll = whether;
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function isSigned(
  { method, url, headers }: IncomingMessage,
  { id, secret, region }: Readonly<{ id: string; secret: string; region: string }>,
): boolean {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)$/;
  const [, keyId, day, where, names = '', signature] = pattern.exec(headers.authorization ?? '') ?? [];
  if (keyId !== id || where !== region) return false;
  const { pathname, searchParams } = new URL(url!, 'http://s3');
  const query = [...searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const signed = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, pathname, query, signed.join(''), names, headers['x-amz-content-sha256']].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const digest = createHash('sha256').update(canonical).digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, digest].join('\n');
  const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = [day!, region, 's3', 'aws4_request'].reduce<string | Buffer>(mac, `AWS4${secret}`);
  return mac(key, toSign).toString('hex') === signature;
}
