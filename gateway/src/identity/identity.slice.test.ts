import { exportSPKI, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { issuerKeys } from './issuer-keys.ts';
import { AUDIENCE, ISSUER } from '../testing/test-issuer.ts';

let house: TestGateway;
const now = () => Math.floor(Date.now() / 1000);
const claims = () => ({
  sub: 'admin',
  tenant_id: 'tenant-001',
  iss: ISSUER,
  aud: AUDIENCE,
  iat: now(),
  exp: now() + 300,
});

beforeAll(async () => {
  house = await startTestGateway({ permissionTimes: { freshMs: 0, usableMs: 300, retryMs: 0 } });
});
afterAll(() => house.stop());

async function me(authorization: string) {
  const response = await fetch(`${house.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query: '{ me { name } }' }),
  });
  return { status: response.status, text: await response.text() };
}

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');

const bad: Record<string, () => Promise<string> | string> = {
  'alg none': () => new UnsecuredJWT(claims()).encode(),
  'alg None': () => `${encode({ alg: 'None' })}.${encode(claims())}.`,
  'alg NONE with a signature': () => `${encode({ alg: 'NONE' })}.${encode(claims())}.abc`,
  'HS256 with the public key as the secret': async () => {
    const text = `${encode({ alg: 'HS256', kid: 'k1' })}.${encode(claims())}`;
    return `${text}.${createHmac('sha256', await exportSPKI(house.issuer.publicKey))
      .update(text)
      .digest('base64url')}`;
  },
  'a key of its own in the header': async () => {
    const own = await generateKeyPair('RS256', { extractable: true });
    const header = { alg: 'RS256', kid: 'k1', jwk: await exportJWK(own.publicKey) };
    return new SignJWT(claims()).setProtectedHeader(header).sign(own.privateKey);
  },
  'a key to be fetched from elsewhere': async () => {
    const own = await generateKeyPair('RS256');
    const header = { alg: 'RS256', kid: 'k9', jku: 'https://evil.example/jwks', x5u: 'https://evil.example/x5u' };
    return new SignJWT(claims()).setProtectedHeader(header).sign(own.privateKey);
  },
  'a kid that is a path': () => house.issuer.token('admin', { header: { kid: '../../dev/null' } }),
  'a kid that is SQL': () => house.issuer.token('admin', { header: { kid: "' OR 1=1 --" } }),
  'an empty signature': async () => `${(await house.issuer.token('admin')).split('.').slice(0, 2).join('.')}.`,
  'a changed payload': async () => {
    const [header, , signature] = (await house.issuer.token('admin')).split('.');
    return `${header}.${encode({ ...claims(), sub: 'operator' })}.${signature}`;
  },
  'an exp in the past': () => house.issuer.token('admin', { expiresIn: -31 }),
  'no exp': () => house.issuer.token('admin', { without: ['exp'] }),
  'no sub': () => house.issuer.token('admin', { without: ['sub'] }),
  'no tenant': () => house.issuer.token('admin', { without: ['tenant_id'] }),
  'tenants in a list': () => house.issuer.token('admin', { claims: { tenant_id: ['tenant-001'] } }),
  'a tenant that is a number': () => house.issuer.token('admin', { claims: { tenant_id: 1 } }),
  'an nbf in the future': () => house.issuer.token('admin', { claims: { nbf: now() + 60 } }),
  'an iat in the future': () => house.issuer.token('admin', { claims: { iat: now() + 60 } }),
  'another issuer': () => house.issuer.token('admin', { claims: { iss: 'https://evil.example' } }),
  'another audience': () => house.issuer.token('admin', { claims: { aud: 'billing' } }),
  'audiences in a list': () => house.issuer.token('admin', { claims: { aud: [AUDIENCE, 'billing'] } }),
  'the purpose of refreshing': () => house.issuer.token('admin', { claims: { token_use: 'refresh' } }),
  'the type of a refresh token': () => house.issuer.token('admin', { claims: { typ: 'Refresh' } }),
  'an unknown critical header': () => house.issuer.token('admin', { header: { crit: ['x'], x: 1 } as never }),
  'more than 4 KB': () => house.issuer.token('admin', { claims: { filler: 'x'.repeat(8_000) } }),
  'a user nobody knows': () => house.issuer.token('ghost'),
  'nothing but noise': () => 'a.b.c',
};

describe('a token with', () => {
  it.each(Object.keys(bad))('%s gets 401 and the one text', async (kind) => {
    // What cannot be signed with such a header cannot be sent either.
    const token = await Promise.resolve(bad[kind]!()).catch(() => 'unsignable');
    expect(await me(`Bearer ${token}`)).toEqual({
      status: 401,
      text: '{"errors":[{"message":"The token is not valid. Sign in again.","extensions":{"code":"UNAUTHENTICATED"}}]}',
    });
  });

  it('30 seconds of age beyond its end is still good', async () => {
    expect((await me(`Bearer ${await house.issuer.token('admin', { expiresIn: -20 })}`)).status).toBe(200);
  });
});

it.each(['', 'Bearer', 'Basic YWRtaW46YWRtaW4=', 'Bearer a b'])('refuses the header %j', async (header) => {
  expect((await me(header)).status).toBe(401);
});

it('refuses two Authorization headers', async () => {
  const token = await house.issuer.token('admin');
  const { request } = await import('undici');
  const { statusCode } = await request(`${house.url}/graphql`, {
    method: 'POST',
    headers: [
      'content-type',
      'application/json',
      'authorization',
      `Bearer ${token}`,
      'authorization',
      `Bearer ${token}`,
    ],
    body: '{"query":"{ me { name } }"}',
  });
  expect(statusCode).toBe(401);
});

it('accepts ES256 and EdDSA as well, and follows a new key', async () => {
  for (const algorithm of ['ES256', 'EdDSA']) {
    const pair = await generateKeyPair(algorithm);
    const other = await startTestGateway({
      identity: { keys: async () => pair.publicKey, issuer: ISSUER, audience: AUDIENCE },
    });
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: algorithm }).sign(pair.privateKey);
    const answer = await other.ask('{ me { name } }', null, {}, { authorization: `Bearer ${token}` });
    await other.stop();
    expect(answer.data).toEqual({ me: { name: 'admin' } });
  }
});

it('answers 503, not 401, when the keys of the issuer cannot be fetched', async () => {
  const keys = issuerKeys({ url: 'http://127.0.0.1:9/jwks' });
  const other = await startTestGateway({ identity: { keys, issuer: ISSUER, audience: AUDIENCE } });
  const answer = await other.ask('{ me { name } }', 'admin');
  await other.stop();
  expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([503, 'IDENTITY_UNAVAILABLE']);
});

it('uses known permissions while their source is down, and asks to sign in again after a while', async () => {
  house.grants.set('worker', { factories: [], permissions: [] });
  expect((await house.ask('{ me { name } }', 'worker')).status).toBe(200);
  house.unreachable.add('worker');
  expect((await house.ask('{ me { name } }', 'worker')).status).toBe(200);
  await expect.poll(async () => (await house.ask('{ me { name } }', 'worker')).status, { timeout: 5_000 }).toBe(401);
  const answer = await house.ask('{ me { name } }', 'worker');
  expect(answer.errors?.[0]?.extensions.code).toBe('REAUTHENTICATION_REQUIRED');
});
