/** An identity provider for tests: a key pair, a JWKS over HTTP, and tokens good and bad. */
import { exportJWK, generateKeyPair, SignJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { issuerKeys } from '../identity/issuer-keys.ts';
import type { TokenRules } from '../identity/verify-token.ts';

export type TestIssuer = Readonly<{
  rules: TokenRules;
  publicKey: Awaited<ReturnType<typeof generateKeyPair>>['publicKey'];
  token(userId: string, changes?: TokenChanges): Promise<string>;
  stop(): Promise<void>;
}>;

export type TokenChanges = Readonly<{
  claims?: JWTPayload;
  header?: Partial<JWTHeaderParameters>;
  /** Seconds from now. */
  expiresIn?: number;
  without?: readonly string[];
}>;

export const ISSUER = 'https://luaguage.test';
export const AUDIENCE = 'enghub';

export async function startTestIssuer(): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] };
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(keys));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`);

  return {
    publicKey,
    rules: { keys: issuerKeys({ url }), issuer: ISSUER, audience: AUDIENCE },
    async token(userId, { claims = {}, header = {}, expiresIn = 300, without = [] } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const full: JWTPayload = {
        sub: userId,
        tenant_id: 'tenant-001',
        iss: ISSUER,
        aud: AUDIENCE,
        iat: now,
        exp: now + expiresIn,
        ...claims,
      };
      const payload = Object.fromEntries(Object.entries(full).filter(([name]) => !without.includes(name)));
      return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(privateKey);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
