import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import type { Person } from './people.ts';

const ALGORITHM = 'ES256';
const HOUR_SECONDS = 60 * 60;
export const AUDIENCE = 'enghub';

/** Signs the demo users in. */
export type TokenIssuer = Readonly<{
  jwks: Readonly<{ keys: readonly JWK[] }>;
  sign(person: Person, expiresInSeconds?: number): Promise<string>;
}>;

/** With a key file the key outlives the process, and so do the tokens. */
export async function openTokenIssuer(issuer: string, keyFile?: string): Promise<TokenIssuer> {
  const privateJwk = await readKey(keyFile);
  const key = await importJWK(privateJwk, ALGORITHM);
  const { d: _secret, ...publicPart } = privateJwk;
  const kid = await calculateJwkThumbprint(publicPart);
  return {
    jwks: { keys: [{ ...publicPart, kid, alg: ALGORITHM, use: 'sig' }] },
    sign: (person, expiresInSeconds = 8 * HOUR_SECONDS) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ tenant_id: person.tenantId })
        .setProtectedHeader({ alg: ALGORITHM, kid })
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setSubject(person.id)
        .setIssuedAt(now)
        .setExpirationTime(now + expiresInSeconds)
        .sign(key);
    },
  };
}

async function readKey(keyFile?: string): Promise<JWK> {
  if (keyFile === undefined) return makeKey();
  try {
    return JSON.parse(await readFile(keyFile, 'utf8')) as JWK;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = await makeKey();
  await mkdir(path.dirname(keyFile), { recursive: true });
  // Renamed into place: a process killed here leaves no half-written key behind.
  const draft = `${keyFile}.${process.pid}`;
  await writeFile(draft, JSON.stringify(key), { mode: 0o600 });
  await rename(draft, keyFile);
  return key;
}

async function makeKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return exportJWK(privateKey);
}
