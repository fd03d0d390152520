import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';

export type Answer = Readonly<{
  status: number;
  data?: Record<string, never> | null;
  errors?: readonly Readonly<{
    message: string;
    path?: readonly (string | number)[];
    extensions?: Record<string, unknown>;
  }>[];
}>;

/** The graph as a client meets it: sign in as a demo user, ask over HTTP, subscribe over WebSocket. */
export function graphAt(url: string, signInAt: (userId: string) => Promise<string> = (userId) => signIn(url, userId)) {
  const tokens = new Map<string, Promise<string>>();

  function token(userId: string): Promise<string> {
    const known = tokens.get(userId);
    if (known) return known;
    const fresh = signInAt(userId);
    tokens.set(userId, fresh);
    return fresh;
  }

  async function ask(userId: string | null, query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        // With this type the status tells a refused request from an answered one.
        accept: 'application/graphql-response+json',
        ...(userId ? { authorization: `Bearer ${await token(userId)}` } : {}),
      },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as object) };
  }

  async function socket(userId: string): Promise<Client> {
    const authorization = `Bearer ${await token(userId)}`;
    return createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
      retryAttempts: 0,
    });
  }

  return { url, token, ask, socket };
}

export type Graph = ReturnType<typeof graphAt>;

async function signIn(url: string, userId: string): Promise<string> {
  const response = await fetch(`${url}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId }),
  });
  if (!response.ok) throw new Error(`no token for ${userId}: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { token: string }).token;
}

/** The data of an answer that must have no errors. */
export function dataOf<Data>(answer: Answer): Data {
  if (answer.errors?.length || !answer.data) throw new Error(`unexpected answer: ${JSON.stringify(answer)}`);
  return answer.data as unknown as Data;
}
