import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Claims } from './claims.ts';
import { readSigningKeys, signContext, verifyContext } from './signed-context.ts';

const claims: Claims = {
  tenantId: 'tenant-001',
  factoryIds: ['factory-sh-01'],
  userId: 'emp-001',
  permissions: ['work_order:view'],
  language: 'en',
  traceId: 'trace-1',
  origin: '10.0.0.7 铣床 3',
};
const keys = readSigningKeys('k1:0123456789abcdef');
const body = '{"query":"{ me { id } }"}';
const header = signContext(claims, 'mes', body, keys);

afterEach(() => vi.useRealTimers());

describe('a signed context', () => {
  it('gives the claims back to the subgraph it was made for', () => {
    expect(verifyContext(header, 'mes', body, keys)).toEqual(claims);
  });

  it('need not say where the request came from', () => {
    const { origin: _, ...nowhere } = claims;
    const signed = signContext(nowhere, 'mes', body, keys);
    expect(verifyContext(signed, 'mes', body, keys)).toEqual({ ...nowhere, origin: null });
  });

  it('says that the answer must be current, where it must', () => {
    const signed = signContext({ ...claims, mustBeCurrent: true }, 'mes', body, keys);
    expect(verifyContext(signed, 'mes', body, keys)?.mustBeCurrent).toBe(true);
  });

  it('is still accepted while the key is being rotated', () => {
    expect(verifyContext(header, 'mes', body, readSigningKeys('k2:fedcba9876543210,k1:0123456789abcdef'))).toEqual(
      claims,
    );
  });

  const forgedPayload = Buffer.from(JSON.stringify({ ...claims, tenantId: 'tenant-002' })).toString('base64url');
  it.each([
    ['nothing', undefined, 'mes', body],
    ['garbage', 'v1.k1.x', 'mes', body],
    [
      'another payload under the same signature',
      header.replace(/^v1\.k1\.[^.]+/, `v1.k1.${forgedPayload}`),
      'mes',
      body,
    ],
    ['an unknown key', header.replace('v1.k1', 'v1.k9'), 'mes', body],
    ['another subgraph', header, 'qms', body],
    ['another body', header, 'mes', '{"query":"{ __typename }"}'],
  ])('refuses %s', (_case, given, audience, sent) => {
    expect(verifyContext(given, audience, sent, keys)).toBeNull();
  });

  it('is worth nothing half a minute later', () => {
    vi.useFakeTimers({ now: Date.now() + 31_000 });
    expect(verifyContext(header, 'mes', body, keys)).toBeNull();
  });

  it.each(['', 'k1', 'k1:short', 'k 1:0123456789abcdef'])('does not start with the keys %j', (text) => {
    expect(() => readSigningKeys(text)).toThrow(/signing keys/);
  });
});
