import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Claims } from './claims.ts';

/** The header that carries the claims from the gateway to a subgraph over HTTP. */
export const CONTEXT_HEADER = 'x-enghub-context';

/** Secrets by key id; the first one signs, all of them verify, so that a key can be rotated without a pause. */
export type SigningKeys = ReadonlyMap<string, string>;

const MAX_SKEW_MS = 30_000;
const MIN_SECRET_LENGTH = 16;

const payloadSchema = z.object({
  tenantId: z.string(),
  factoryIds: z.array(z.string()),
  userId: z.string(),
  permissions: z.array(z.string()),
  language: z.enum(['en', 'zh-CN']),
  traceId: z.string(),
  origin: z.string().nullable().default(null),
  mustBeCurrent: z.boolean().optional(),
  audience: z.string(),
  issuedAt: z.number(),
  bodyHash: z.string(),
});

/** Reads `kid:secret[,kid:secret]`. */
export function readSigningKeys(text: string): SigningKeys {
  const keys = new Map<string, string>();
  for (const part of text.split(',')) {
    const [, kid, secret] = /^\s*([A-Za-z0-9_-]+):(\S+)\s*$/.exec(part) ?? [];
    if (!kid || !secret || secret.length < MIN_SECRET_LENGTH) {
      throw new Error(
        `signing keys must read "kid:secret[,kid:secret]", each secret of ${MIN_SECRET_LENGTH} or more characters`,
      );
    }
    keys.set(kid, secret);
  }
  return keys;
}

/** Signs the claims for one subgraph and one body: the header is worth nothing elsewhere, with another body, or later. */
export function signContext(claims: Claims, audience: string, body: string, keys: SigningKeys): string {
  const [kid, secret] = keys.entries().next().value ?? [];
  if (!kid || !secret) throw new Error('no signing key');
  const payload = {
    ...claims,
    audience,
    issuedAt: Date.now(),
    bodyHash: hash(body),
    nonce: randomBytes(9).toString('base64url'),
  };
  const signed = `v1.${kid}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
  return `${signed}.${mac(signed, secret).toString('base64url')}`;
}

/** Gives the claims, or null when the header was not made by a gateway of ours for this subgraph and this body. */
export function verifyContext(
  header: string | undefined,
  audience: string,
  body: string,
  keys: SigningKeys,
): Claims | null {
  const parts = (header ?? '').split('.');
  const [version, kid = '', payload = '', signature = ''] = parts;
  const secret = keys.get(kid);
  if (parts.length !== 4 || version !== 'v1' || !secret) return null;

  const expected = mac(`v1.${kid}.${payload}`, secret);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;

  const read = payloadSchema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  if (!read.success) return null;
  const { audience: intended, issuedAt, bodyHash, ...claims } = read.data;
  const fresh = Math.abs(Date.now() - issuedAt) <= MAX_SKEW_MS;
  return intended === audience && fresh && bodyHash === hash(body) ? claims : null;
}

const hash = (body: string) => createHash('sha256').update(body).digest('base64url');
const mac = (text: string, secret: string) => createHmac('sha256', secret).update(text).digest();
