/** One question over HTTP: at most so large, never led elsewhere, and every failure named without secrets. */
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { authorizationOf, type ErpCredentials } from './credentials.ts';
import { CONCURRENT, erpInterfaces } from './interface-guard.ts';
import { erpUnavailable, isErpUnavailable } from './outage.ts';

export type ErpAddress = Readonly<{
  url: string;
  credentials?: ErpCredentials | undefined;
  tls?: ErpTls | undefined;
}>;

/** Files in PEM. */
export type ErpTls = Readonly<{
  /** Whom we believe besides the public authorities. */
  caFile?: string | undefined;
  /** With which certificate we show who we are. */
  certificateFile?: string | undefined;
  keyFile?: string | undefined;
}>;

export type ErpRequest = Readonly<{
  path: string;
  /** For which company we ask; the ERP may serve several. */
  tenantId: string | null;
  post?: Readonly<{ body: object; idempotencyKey: string }>;
}>;

export type ErpHttp = Readonly<{
  /** The JSON of a 2xx; undefined for 404. Fails with `erpUnavailable` only. */
  send(request: ErpRequest, signal: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}>;

export function openErpHttp(address: ErpAddress, limits: { attemptMs: number; maxResponseBytes: number }): ErpHttp {
  const base = new URL(address.url);
  const prefix = base.pathname.replace(/\/$/, '');
  const { caFile, certificateFile, keyFile } = address.tls ?? {};
  const pool = new Pool(base.origin, {
    connections: CONCURRENT * erpInterfaces.length,
    connect: {
      timeout: limits.attemptMs,
      ...(caFile && { ca: readFileSync(caFile) }),
      ...(certificateFile && { cert: readFileSync(certificateFile) }),
      ...(keyFile && { key: readFileSync(keyFile) }),
    },
    maxResponseSize: limits.maxResponseBytes,
  });
  const authorization = authorizationOf(address.credentials);

  async function sendOnce({ path, tenantId, post }: ErpRequest, signal: AbortSignal): Promise<unknown> {
    const authorized = await authorization.header(signal);
    const { statusCode, body } = await pool.request({
      method: post ? 'POST' : 'GET',
      path: `${prefix}${path}`,
      headers: {
        accept: 'application/json',
        ...(authorized !== undefined && { authorization: authorized }),
        ...(tenantId !== null && { 'x-tenant-id': encodeURIComponent(tenantId) }),
        ...(post && { 'content-type': 'application/json', 'idempotency-key': post.idempotencyKey }),
      },
      body: post ? JSON.stringify(post.body) : null,
      signal,
    });
    if (statusCode >= 200 && statusCode < 300) return parsed(path, await body.text());
    await body.dump();
    if (statusCode === 404 && !post) return undefined;
    const isStaleToken = statusCode === 401 && authorization.refused();
    // A redirect lands here too: the ERP's address is configured, nobody sends us elsewhere.
    throw erpUnavailable(`${path} answered ${statusCode}`, {
      isPassing: statusCode >= 500 || statusCode === 429 || isStaleToken,
      isRefusal: post !== undefined && [400, 404, 409, 422].includes(statusCode),
    });
  }

  return {
    send: (request, signal) =>
      sendOnce(request, signal).catch((error: unknown) => {
        throw isErpUnavailable(error) ? error : connectionFailure(request.path, error, authorization.withoutSecrets);
      }),
    close: () => pool.destroy(),
  };
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw erpUnavailable(`${path} answered no JSON`);
  }
}

function connectionFailure(path: string, error: unknown, withoutSecrets: (text: string) => string) {
  const { code } = error as { code?: unknown };
  // The connection failed or broke; an answer that is too large will be as large the next time.
  const isPassing = typeof code === 'string' && code !== 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
  // No cause is kept: it may hold the request with its headers.
  return erpUnavailable(withoutSecrets(`${path}: ${error instanceof Error ? error.message : String(error)}`), {
    isPassing,
  });
}
