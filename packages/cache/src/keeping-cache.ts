import type { Cache, Cached, FetchOptions } from './cache.ts';
import type { Entry, Levels } from './levels.ts';

type Outcome =
  Readonly<{ found: Entry; source: 'FRESH' | 'CACHE' }> | Readonly<{ found: null; error: unknown; last: Entry | null }>;

/** One question under way for all who ask it meanwhile. */
type Flight = { isOutdated: boolean; outcome: Promise<Outcome> };

export function createKeepingCache(levels: Levels, now: () => Date): Cache {
  const flights = new Map<string, Flight>();
  const ageOf = (entry: Entry) => now().getTime() - entry.asOf;

  /** Who asks from now on asks anew; what the flight brings is for those aboard. */
  function outdate(key: string): void {
    const flight = flights.get(key);
    if (!flight) return;
    flight.isOutdated = true;
    flights.delete(key);
  }
  levels.onForgotten((key) => (key === null ? [...flights.keys()] : [key]).forEach(outdate));

  function depart(key: string, options: FetchOptions<unknown>): Flight {
    const flight: Flight = { isOutdated: false, outcome: Promise.resolve({ found: null, error: null, last: null }) };
    flight.outcome = find(key, options, flight).finally(() => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    flights.set(key, flight);
    return flight;
  }

  async function find(key: string, options: FetchOptions<unknown>, flight: Flight): Promise<Outcome> {
    const { ttlMs, staleIfErrorMs = 0, load } = options;
    const found = await levels.find(key);
    // Forgotten while it was looked up: it may have entered our memory after the news.
    if (flight.isOutdated) levels.forgetHere(key);
    const known = flight.isOutdated ? null : found;
    if (known && levels.isInTouch() && ageOf(known) < ttlMs) return { found: known, source: 'CACHE' };

    const mark = await levels.markOf(key);
    const asOf = now().getTime();
    let entry: Entry;
    try {
      entry = { value: await load(), asOf };
    } catch (error) {
      return { found: null, error, last: flight.isOutdated ? null : known };
    }
    if (!flight.isOutdated) {
      await levels.keep(key, entry, ttlMs + staleIfErrorMs, mark);
      if (flight.isOutdated) levels.forgetHere(key);
    }
    return { found: entry, source: 'FRESH' };
  }

  async function fetch<Value>(key: string, options: FetchOptions<Value>): Promise<Cached<Value>> {
    const { ttlMs, staleIfErrorMs = 0 } = options;
    const outcome = await (flights.get(key) ?? depart(key, options)).outcome;
    if (outcome.found) {
      const { found, source } = outcome;
      // Whoever started the flight may have been content with less.
      if (source === 'CACHE' && ageOf(found) >= ttlMs) return fetch(key, options);
      return cached(found, source);
    }
    const { error, last } = outcome;
    if (last && staleIfErrorMs > 0 && ageOf(last) < ttlMs + staleIfErrorMs) return cached(last, 'STALE');
    throw error;
  }

  return {
    fetch,
    async forget(key) {
      outdate(key);
      levels.forgetHere(key);
      await levels.forget(key);
      // Whoever asked meanwhile may still have found it.
      outdate(key);
      levels.forgetHere(key);
    },
    close: () => levels.close(),
  };
}

const cached = <Value>({ value, asOf }: Entry, source: Cached<Value>['source']): Cached<Value> => ({
  value: value as Value,
  asOf: new Date(asOf),
  source,
});
