/** The public keys of the token issuer: fetched, looked at again, and kept while the issuer does not answer. */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

export type IssuerKeysOptions = Readonly<{
  url: string | URL;
  now?: () => number;
  times?: Partial<IssuerKeysTimes>;
}>;

export type IssuerKeysTimes = Readonly<{
  /** Keys younger than this are used without looking; a key that the issuer took away is refused after it. */
  freshMs: number;
  /** Known keys serve for so long while the issuer does not answer. */
  usableMs: number;
  /** The issuer is asked at most once in this time, however many tokens name keys that nobody knows. */
  pauseMs: number;
  answerWithinMs: number;
}>;

const defaultTimes: IssuerKeysTimes = {
  freshMs: 5 * 60_000,
  usableMs: 24 * 60 * 60_000,
  pauseMs: 5_000,
  answerWithinMs: 5_000,
};

const MAX_BYTES = 256 * 1024;

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

type Known = Readonly<{ find: JWTVerifyGetKey; at: number }>;

/** Throws what is no JOSE error when nobody can tell whether a key is the issuer's. */
export function issuerKeys({ url, now = Date.now, times: given = {} }: IssuerKeysOptions): JWTVerifyGetKey {
  const times = { ...defaultTimes, ...given };
  let known: Known | null = null;
  let askedAt = -Infinity;
  let trouble: unknown = null;
  let asking: Promise<void> | null = null;

  async function ask(): Promise<void> {
    askedAt = now();
    try {
      known = { find: createLocalJWKSet(await fetchKeySet(url, times.answerWithinMs)), at: askedAt };
      trouble = null;
    } catch (error) {
      trouble = error;
    } finally {
      asking = null;
    }
  }

  /** One question for all who wait, and none right after another. */
  function refresh(): Promise<void> {
    if (asking) return asking;
    if (now() - askedAt < times.pauseMs) return Promise.resolve();
    return (asking = ask());
  }

  return async (header, token) => {
    const age = known ? now() - known.at : Infinity;
    // While the issuer is in trouble nobody waits for it who can do without.
    if (age >= times.usableMs || (age >= times.freshMs && trouble === null)) await refresh();
    else if (age >= times.freshMs) void refresh();
    const before = usable();
    try {
      return await before.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await refresh();
      const after = usable();
      if (after === before && trouble !== null) throw unreachable();
      return after.find(header, token);
    }
  };

  function usable(): Known {
    if (!known || now() - known.at >= times.usableMs) throw unreachable();
    return known;
  }

  function unreachable(): Error {
    return new Error('the keys of the token issuer cannot be fetched', { cause: trouble });
  }
}

async function fetchKeySet(url: string | URL, withinMs: number): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/json, application/jwk-set+json' },
    signal: AbortSignal.timeout(withinMs),
  });
  const text = await readBounded(response);
  if (response.status !== 200) throw new Error(`the issuer answered ${response.status}`);
  return keySet.parse(JSON.parse(text)) as JSONWebKeySet;
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`a key set of more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
