/** Asks the graph as a terminal does, and says honestly what it knows of the outcome. */
import type { Outcome } from './client-log.ts';

type GraphError = Readonly<{ message: string; extensions?: Readonly<{ code?: string }> }>;
type Answer = Readonly<{ data?: Record<string, unknown> | null; errors?: readonly GraphError[] }>;

export type Reply<Data> =
  | Readonly<{ outcome: 'ok'; data: Data; code?: undefined }>
  | Readonly<{ outcome: Exclude<Outcome, 'ok'>; data?: undefined; code: string }>;

export type Client = Readonly<{
  /** `field` is the root field that was asked for; null there is no answer. */
  ask<Data extends object>(
    userId: string,
    field: string,
    query: string,
    variables: Record<string, unknown>,
  ): Promise<Reply<Data>>;
  token(userId: string): Promise<string>;
  url: string;
}>;

const DEADLINE_MS = 15_000;
// Decided before anything was done.
const definite = new Set(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED', 'FORBIDDEN', 'UNAUTHENTICATED']);
// Turned away at the door; a gateway that has just started may not know yet what anybody may do. Worth sending again.
const notLetIn = new Set(['REAUTHENTICATION_REQUIRED', 'RATE_LIMITED']);

export function createClient(url: string, tokensUrl: string): Client {
  const tokens = new Map<string, Promise<string>>();

  function token(userId: string): Promise<string> {
    const known = tokens.get(userId);
    if (known) return known;
    const fresh = signIn(tokensUrl, userId);
    tokens.set(userId, fresh);
    return fresh;
  }

  return {
    url,
    token,
    async ask<Data extends object>(userId: string, field: string, query: string, variables: Record<string, unknown>) {
      let answer: Answer;
      try {
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/graphql-response+json',
            authorization: `Bearer ${await token(userId)}`,
          },
          body: JSON.stringify({ query, variables }),
          signal: AbortSignal.timeout(DEADLINE_MS),
        });
        answer = (await response.json()) as Answer;
      } catch (error) {
        const code = codeOf(error);
        return { outcome: code === 'ECONNREFUSED' ? 'unsent' : 'unknown', code };
      }
      const data = answer.data?.[field];
      if (data != null) return { outcome: 'ok', data: data as Data };
      const code = answer.errors?.[0]?.extensions?.code ?? answer.errors?.[0]?.message ?? 'NO_ANSWER';
      return { outcome: definite.has(code) ? 'refused' : notLetIn.has(code) ? 'unsent' : 'unknown', code };
    },
  };
}

async function signIn(url: string, userId: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId }),
  });
  if (!response.ok) throw new Error(`no token for ${userId}: ${response.status}`);
  return ((await response.json()) as { token: string }).token;
}

function codeOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: string }; name?: string };
  return cause?.code ?? name ?? 'FAILED';
}
