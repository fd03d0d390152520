/** The graph as a client meets it. */
import { setTimeout as pause } from 'node:timers/promises';

export async function tokenFor(url: string, userId: string): Promise<string> {
  const response = await fetch(`${url}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId }),
  });
  if (!response.ok) throw new Error(`no token for ${userId}: ${response.status}`);
  return ((await response.json()) as { token: string }).token;
}

export type Ask = <Data>(query: string, variables?: Readonly<Record<string, unknown>>) => Promise<Data>;

/** Answers the data; an error of any kind is thrown. */
export function graphAs(url: string, token: string): Ask {
  return async <Data>(query: string, variables: Readonly<Record<string, unknown>> = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    const answer = (await response.json()) as { data?: Data | null; errors?: unknown };
    if (answer.errors || !answer.data) throw new Error(`unexpected answer: ${JSON.stringify(answer).slice(0, 500)}`);
    return answer.data;
  };
}

export const settle = (): Promise<void> => pause(1_000);
