import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, jwtVerify, SignJWT, type JWK } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { issuerKeys } from './issuer-keys.ts';

let server: Server;
let url = '';
let asked = 0;
let answer: (kids: readonly string[]) => { status: number; body: string; headers?: Record<string, string> };
let published: string[] = [];
let now = 0;
const pairs = new Map<
  string,
  { publicJwk: JWK; privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'] }
>();
const good: typeof answer = (kids) => ({
  status: 200,
  body: JSON.stringify({ keys: kids.map((kid) => ({ ...pairs.get(kid)!.publicJwk, kid, alg: 'ES256', use: 'sig' })) }),
});

beforeAll(async () => {
  for (const kid of ['old', 'new']) {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    pairs.set(kid, { publicJwk: await exportJWK(publicKey), privateKey });
  }
  server = createServer((_request, response) => {
    asked += 1;
    const { status, body, headers = {} } = answer(published);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = 0;
  now = 0;
  published = ['old'];
  answer = good;
});

const keysOf = () => issuerKeys({ url, now: () => now });
const signed = (kid: string, by = kid) =>
  new SignJWT({ sub: 'u' }).setProtectedHeader({ alg: 'ES256', kid }).sign(pairs.get(by)!.privateKey);
const verdict = async (keys: ReturnType<typeof issuerKeys>, token: Promise<string>) =>
  jwtVerify(await token, keys, { algorithms: ['ES256'] }).then(
    () => 'good',
    (error: { code?: string }) => error.code ?? 'nobody can tell',
  );

it('asks once for many tokens, and again after five minutes', async () => {
  const keys = keysOf();
  const verdicts = await Promise.all(Array.from({ length: 50 }, () => verdict(keys, signed('old'))));
  expect(new Set(verdicts)).toEqual(new Set(['good']));
  expect(asked).toBe(1);
  now = 300_000;
  await verdict(keys, signed('old'));
  expect(asked).toBe(2);
});

it('knows a new key at once, and no longer one that was taken away', async () => {
  const keys = keysOf();
  await verdict(keys, signed('old'));
  published = ['old', 'new'];
  now = 5_000;
  expect(await verdict(keys, signed('new'))).toBe('good');
  expect(asked).toBe(2);
  published = ['new'];
  now = 305_000;
  expect(await verdict(keys, signed('old'))).toBe('ERR_JWKS_NO_MATCHING_KEY');
  expect(await verdict(keys, signed('new'))).toBe('good');
});

it('does not pass on a flood of tokens with keys that nobody knows', async () => {
  const keys = keysOf();
  await verdict(keys, signed('old'));
  now = 5_000;
  const flood = Array.from({ length: 500 }, (_, at) =>
    new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: `k${at}` }).sign(pairs.get('new')!.privateKey),
  );
  const verdicts = await Promise.all(flood.map((token) => verdict(keys, token)));
  expect(new Set(verdicts)).toEqual(new Set(['ERR_JWKS_NO_MATCHING_KEY']));
  expect(asked).toBe(2);
  expect(await verdict(keys, signed('old'))).toBe('good');
});

it('refuses a known key’s name with another key’s signature', async () => {
  expect(await verdict(keysOf(), signed('old', 'new'))).toBe('ERR_JWS_SIGNATURE_VERIFICATION_FAILED');
});

it.each<[string, typeof answer]>([
  ['fails', () => ({ status: 500, body: '' })],
  ['answers a page', () => ({ status: 200, body: '<html>' })],
  ['answers other JSON', () => ({ status: 200, body: '{"keys":"none"}' })],
  ['sends us elsewhere', () => ({ status: 302, body: '', headers: { location: url } })],
  ['answers more than a key set can be', () => ({ status: 200, body: `{"keys":[],"x":"${'x'.repeat(300_000)}"}` })],
])('goes on with known keys for a day while the issuer %s, and takes no new ones', async (_case, broken) => {
  const keys = keysOf();
  await verdict(keys, signed('old'));
  answer = broken;
  now = 24 * 3_600_000 - 1;
  expect(await verdict(keys, signed('old'))).toBe('good');
  expect(await verdict(keys, signed('new'))).toBe('nobody can tell');
  now += 1;
  expect(await verdict(keys, signed('old'))).toBe('nobody can tell');
  answer = good;
  now += 5_000;
  expect(await verdict(keys, signed('old'))).toBe('good');
});
