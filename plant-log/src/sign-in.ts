/** Tokens of demo users. The graph issues them only while the ERP simulator runs. */
import { z } from 'zod';
import type { TokenFor } from './graph-client.ts';

const answer = z.object({ token: z.string() });

/** Null when the user is refused; throws when nobody answers. */
export const devTokens =
  (url: string): TokenFor =>
  async (userId) => {
    const endpoint = `${url.replace(/\/+$/, '').replace(/\/graphql$/, '')}/dev/token`;
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId }),
      signal: AbortSignal.timeout(10_000),
    });
    if (response.status >= 500 || response.status === 429) throw new Error(`${endpoint} answered ${response.status}`);
    if (!response.ok) return null;
    return answer.parse(await response.json()).token;
  };
