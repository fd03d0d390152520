/** URLs that let one user do one thing with one file for a few minutes. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

export const DOCUMENTS_PATH = '/documents/';

export type Grant = Readonly<{
  method: 'GET' | 'PUT';
  tenantId: string;
  /** Of the document. */
  factoryId: string | null;
  userId: string;
  documentId: string;
  number: number;
  expiresAt: Date;
}>;

export type SignedUrls = Readonly<{
  urlFor(grant: Grant): string;
  /** What the URL of a request grants; null when it was not made here, is for another method, or is over. */
  grantOf(request: Readonly<{ method: string; url: string }>, now: Date): Grant | null;
}>;

const path = /^\/documents\/([0-9a-f-]{36})\/(\d{1,9})$/;
const parameters = z.object({
  tenant: z.string(),
  factory: z.string().optional(),
  user: z.string(),
  expires: z.string().regex(/^\d{1,12}$/),
  signature: z.string(),
});

/** `publicUrl` is where clients find the graph's host; without it URLs are relative to wherever they found it. */
export function signedUrls(secret: string, publicUrl: string | undefined): SignedUrls {
  const base = (publicUrl ?? '').replace(/\/+$/, '');
  return {
    urlFor(grant) {
      const query = new URLSearchParams({
        tenant: grant.tenantId,
        ...(grant.factoryId !== null && { factory: grant.factoryId }),
        user: grant.userId,
        expires: String(secondsOf(grant.expiresAt)),
        signature: signatureOf(secret, grant),
      });
      return `${base}${DOCUMENTS_PATH}${grant.documentId}/${grant.number}?${query.toString()}`;
    },

    grantOf({ method, url }, now) {
      const [pathname = '', query = ''] = url.split(/\?(.*)/s, 2);
      const [, documentId, number] = path.exec(pathname) ?? [];
      const read = parameters.safeParse(Object.fromEntries(new URLSearchParams(query)));
      if (!documentId || !read.success) return null;
      const { tenant, factory = null, user, expires, signature } = read.data;
      const grant: Grant = {
        method: method === 'PUT' ? 'PUT' : 'GET',
        tenantId: tenant,
        factoryId: factory,
        userId: user,
        documentId,
        number: Number(number),
        expiresAt: new Date(Number(expires) * 1000),
      };
      return isSame(signature, signatureOf(secret, grant)) && now < grant.expiresAt ? grant : null;
    },
  };
}

const secondsOf = (instant: Date): number => Math.floor(instant.getTime() / 1000);

function signatureOf(secret: string, grant: Grant): string {
  const { method, tenantId, factoryId, userId, documentId, number, expiresAt } = grant;
  const signed = JSON.stringify([
    ...['documents v1', method, tenantId, factoryId, userId, documentId, number],
    secondsOf(expiresAt),
  ]);
  return createHmac('sha256', secret).update(signed).digest('base64url');
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
