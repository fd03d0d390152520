/** Calls the graph over HTTP as any client would: signed in, with bounded retries, answers checked. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Operation } from './operations.ts';

/** Issues a token for a user, or null when the user may not sign in. */
export type TokenFor = (userId: string) => Promise<string | null>;

export type GraphClient = Readonly<{
  call<Answer>(operation: Operation<Answer>, variables: unknown, userId: string): Promise<Answer>;
  /** The user, or the stand-in when the user has no token. */
  signedIn(userId: string, standIn: string): Promise<string>;
}>;

/** The graph did not answer what was asked, also after the retries. */
export type GraphFailure = Error & Readonly<{ code: string }>;

const failure = (code: string, message: string): GraphFailure =>
  Object.assign(new Error(message), { name: 'GraphFailure', code });

export const isGraphFailure = (error: unknown): error is GraphFailure =>
  error instanceof Error && error.name === 'GraphFailure';

const envelope = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string().optional() }).optional() }))
    .optional(),
});

const passing = new Set([408, 425, 429, 500, 502, 503, 504]);
// Safe to send again: commands carry a request id or a version.
const passingCodes = new Set(['INTERNAL_SERVER_ERROR', 'SUBREQUEST_HTTP_ERROR', 'SERVICE_UNAVAILABLE']);

type Attempt<Answer> =
  | Readonly<{ kind: 'answered'; answer: Answer }>
  | Readonly<{ kind: 'expired' }>
  | Readonly<{ kind: 'passing' | 'final'; code: string; message: string; waitMs?: number }>;

export function createGraphClient(
  options: Readonly<{ url: string; tokenFor: TokenFor; attempts?: number; firstDelayMs?: number }>,
): GraphClient {
  const endpoint = graphEndpoint(options.url);
  const { attempts = 6, firstDelayMs = 200 } = options;
  const tokens = new Map<string, Promise<string | null>>();

  const tokenOf = (userId: string): Promise<string | null> => {
    const known = tokens.get(userId);
    if (known) return known;
    const asked = options.tokenFor(userId);
    tokens.set(userId, asked);
    asked.catch(() => tokens.delete(userId));
    return asked;
  };

  async function attempt<Answer>(operation: Operation<Answer>, variables: unknown, userId: string) {
    try {
      const token = await tokenOf(userId);
      if (token === null)
        return { kind: 'final', code: 'SIGN_IN_REFUSED', message: `${userId} may not sign in.` } as const;
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json, application/json;q=0.9',
          'accept-language': 'en',
          authorization: `Bearer ${token}`,
        },
        body: JSON.stringify({ query: operation.text, operationName: operation.name, variables }),
        signal: AbortSignal.timeout(30_000),
      });
      const seconds = Number(response.headers.get('retry-after'));
      const waitMs = seconds > 0 ? Math.min(seconds, 30) * 1000 : undefined;
      return { ...judge(operation, response.status, await response.text()), ...(waitMs ? { waitMs } : {}) };
    } catch (error) {
      return { kind: 'passing', code: 'UNREACHABLE', message: reason(error) } as const;
    }
  }

  return {
    async call(operation, variables, userId) {
      let renewed = false;
      for (let tried = 1, delay = firstDelayMs; ; tried += 1, delay = Math.min(delay * 2, 5_000)) {
        const outcome: Attempt<ReturnType<typeof operation.read>> = await attempt(operation, variables, userId);
        if (outcome.kind === 'answered') return outcome.answer;
        if (outcome.kind === 'expired') {
          if (renewed) throw failure('UNAUTHENTICATED', `The token of ${userId} was refused twice.`);
          renewed = true;
          tokens.delete(userId);
          continue;
        }
        if (outcome.kind === 'final' || tried >= attempts) throw failure(outcome.code, outcome.message);
        await sleep(outcome.waitMs ?? delay);
      }
    },
    async signedIn(userId, standIn) {
      return (await tokenOf(userId).catch((error: unknown) => {
        throw failure('UNREACHABLE', reason(error));
      })) === null
        ? standIn
        : userId;
    },
  };
}

export const graphEndpoint = (url: string): string => `${url.replace(/\/+$/, '').replace(/\/graphql$/, '')}/graphql`;

/** Pure: what an HTTP answer means for the call. */
export function judge<Answer>(operation: Operation<Answer>, status: number, body: string): Attempt<Answer> {
  if (passing.has(status)) return { kind: 'passing', code: `HTTP_${status}`, message: body.slice(0, 200) };
  const read = envelope.safeParse(jsonOf(body));
  if (!read.success) return { kind: 'final', code: `HTTP_${status}`, message: body.slice(0, 200) };
  const [error] = read.data.errors ?? [];
  if (error || status === 401) {
    const code = error?.extensions?.code ?? `HTTP_${status}`;
    if (status === 401 || code === 'UNAUTHENTICATED') return { kind: 'expired' };
    return { kind: passingCodes.has(code) ? 'passing' : 'final', code, message: error?.message ?? '' };
  }
  try {
    return { kind: 'answered', answer: operation.read(read.data.data) };
  } catch (mismatch) {
    return { kind: 'final', code: 'UNEXPECTED_ANSWER', message: `${operation.name}: ${reason(mismatch)}` };
  }
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause.message || String(error.cause) : '';
  return cause ? `${error.message} (${cause})` : error.message;
}
