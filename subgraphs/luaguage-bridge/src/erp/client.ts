/** Speaks HTTP to the ERP: at most so long, so large, so many at once; tried again, and left alone while it is down. */
import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhen,
  IterableBackoff,
  retry,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { Pool } from 'undici';
import type { z } from 'zod';
import {
  bomAnswer,
  isErpId,
  materialAnswer,
  permissionsAnswer,
  productAnswer,
  type ErpBom,
  type ErpMaterial,
  type ErpProduct,
  type ErpUser,
} from './answers.ts';
import { erpUnavailable, isErpUnavailable, isPassing } from './outage.ts';

/** Asks the ERP. Null is its word that there is no such thing; whatever is not an answer throws `erpUnavailable`. */
export type ErpClient = Readonly<{
  product(id: string): Promise<ErpProduct | null>;
  material(id: string): Promise<ErpMaterial | null>;
  bom(productId: string, version: string): Promise<ErpBom | null>;
  user(id: string): Promise<ErpUser | null>;
  close(): Promise<void>;
}>;

export type ErpClientSettings = Readonly<{
  url: string;
  /** Sent as a bearer token when the ERP wants one. */
  token?: string | undefined;
  attemptMs?: number;
  retryDelaysMs?: readonly number[];
  maxResponseBytes?: number;
  /** So many failures in a row open the circuit. */
  failuresToOpen?: number;
  halfOpenAfterMs?: number;
}>;

const CONCURRENT = 20;
const WAITING = 500;

export function createErpClient(settings: ErpClientSettings): ErpClient {
  const base = new URL(settings.url);
  const prefix = base.pathname.replace(/\/$/, '');
  const attemptMs = settings.attemptMs ?? 2_000;
  const delays = settings.retryDelaysMs ?? [0, 2_000, 4_000];
  const pool = new Pool(base.origin, {
    connections: CONCURRENT,
    connect: { timeout: attemptMs },
    maxResponseSize: settings.maxResponseBytes ?? 1024 * 1024,
  });
  // The breaker sees every attempt; its own "circuit open" is no passing failure and is not tried again.
  const policy = wrap(
    bulkhead(CONCURRENT, WAITING),
    retry(handleWhen(isPassingFailure), { maxAttempts: delays.length, backoff: new IterableBackoff(delays) }),
    circuitBreaker(handleWhen(isPassingFailure), {
      halfOpenAfter: settings.halfOpenAfterMs ?? 10_000,
      breaker: new ConsecutiveBreaker(settings.failuresToOpen ?? 6),
    }),
    timeout(attemptMs, TimeoutStrategy.Aggressive),
  );
  const headers = {
    accept: 'application/json',
    ...(settings.token === undefined ? {} : { authorization: `Bearer ${settings.token}` }),
  };

  async function fetchOnce(path: string, signal: AbortSignal): Promise<unknown> {
    const { statusCode, body } = await pool.request({ method: 'GET', path, headers, signal });
    if (statusCode === 200) return parsed(path, await body.text());
    await body.dump();
    if (statusCode === 404) return undefined;
    // A redirect lands here too: the ERP's address is configured, nobody sends us elsewhere.
    throw erpUnavailable(`${path} answered ${statusCode}`, { isPassing: statusCode >= 500 || statusCode === 429 });
  }

  async function ask<Answer>(
    parts: readonly string[],
    schema: z.ZodType<Answer>,
    isAbout: (answer: Answer) => boolean,
  ): Promise<Answer | null> {
    if (!parts.every(isErpId)) return null;
    const path = [prefix, ...parts.map(encodeURIComponent)].join('/');
    const answer = await policy
      .execute(({ signal }) => fetchOnce(path, signal).catch((error: unknown) => failed(path, error)))
      .catch((error: unknown) => failed(path, error));
    if (answer === undefined) return null;
    const read = schema.safeParse(answer);
    if (!read.success) throw erpUnavailable(`${path} answered something else: ${read.error.message}`);
    if (!isAbout(read.data)) throw erpUnavailable(`${path} answered about something else`);
    return read.data;
  }

  return {
    product: (id) => ask(['api', 'v1', 'products', id], productAnswer, (it) => it.id === id),
    material: (id) => ask(['api', 'v1', 'materials', id], materialAnswer, (it) => it.id === id),
    bom: (productId, version) =>
      ask(
        ['api', 'v1', 'bom', 'product', productId, 'version', version],
        bomAnswer,
        (it) => it.productId === productId && it.version === version,
      ),
    user: (id) => ask(['api', 'v1', 'auth', 'user', id, 'permissions'], permissionsAnswer, (it) => it.id === id),
    close: () => pool.destroy(),
  };
}

const isPassingFailure = (error: unknown) => error instanceof TaskCancelledError || isPassing(error);

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw erpUnavailable(`${path} answered no JSON`);
  }
}

function failed(path: string, error: unknown): never {
  if (isErpUnavailable(error)) throw error;
  const { code } = error as { code?: unknown };
  // The connection failed or broke; an answer that is too large will be as large the next time.
  const isConnection = typeof code === 'string' && code !== 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
  throw erpUnavailable(`${path}: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
    isPassing: isConnection,
  });
}
