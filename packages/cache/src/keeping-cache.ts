import type { Cache, Cached, FetchOptions } from './cache.ts';
import type { Entry, Levels } from './levels.ts';

type LookupState = { disturbedBy: 'NOTHING' | 'LOAD' | 'FORGETTING' };
type LoadState = { isForgotten: boolean };

export function createKeepingCache(levels: Levels, now: () => Date): Cache {
  // Under way, each shared by all who ask for the key meanwhile.
  const lookups = new Map<string, Readonly<{ state: LookupState; found: Promise<Entry | null> }>>();
  const loads = new Map<string, Readonly<{ state: LoadState; loaded: Promise<Entry> }>>();
  const ageOf = (entry: Entry) => now().getTime() - entry.asOf;

  function outdate(key: string): void {
    const lookup = lookups.get(key);
    if (lookup) lookup.state.disturbedBy = 'FORGETTING';
    const load = loads.get(key);
    if (!load) return;
    // What it brings is for those who wait for it; who asks from now on asks anew.
    load.state.isForgotten = true;
    loads.delete(key);
  }
  levels.onForgotten((key) => (key === null ? [...lookups.keys(), ...loads.keys()] : [key]).forEach(outdate));

  async function find(key: string, lookup: LookupState): Promise<Entry | null> {
    const found = await levels.find(key);
    const { disturbedBy } = lookup;
    if (disturbedBy === 'NOTHING') return found;
    // It may have entered our memory after the news.
    if (disturbedBy === 'FORGETTING') levels.forgetHere(key);
    lookup.disturbedBy = 'NOTHING';
    return find(key, lookup);
  }

  async function bring(key: string, options: FetchOptions<unknown>, load: LoadState): Promise<Entry> {
    const { ttlMs, staleIfErrorMs = 0 } = options;
    const mark = await levels.markOf(key);
    const asOf = now().getTime();
    const entry = { value: await options.load(), asOf };
    if (load.isForgotten) return entry;
    await levels.keep(key, entry, ttlMs + staleIfErrorMs, mark);
    if (load.isForgotten) levels.forgetHere(key);
    return entry;
  }

  function lookUp(key: string): Promise<Entry | null> {
    const underWay = lookups.get(key);
    if (underWay) return underWay.found;
    const state: LookupState = { disturbedBy: 'NOTHING' };
    const found = find(key, state).finally(() => lookups.delete(key));
    lookups.set(key, { state, found });
    return found;
  }

  function loadOnce(key: string, options: FetchOptions<unknown>): Promise<Entry> {
    const underWay = loads.get(key);
    if (underWay) return underWay.loaded;
    const state: LoadState = { isForgotten: false };
    const loaded = bring(key, options, state).finally(() => {
      if (loads.get(key)?.state === state) loads.delete(key);
      const lookup = lookups.get(key)?.state;
      if (lookup?.disturbedBy === 'NOTHING') lookup.disturbedBy = 'LOAD';
    });
    loads.set(key, { state, loaded });
    return loaded;
  }

  async function fetch<Value>(key: string, options: FetchOptions<Value>): Promise<Cached<Value>> {
    const { ttlMs, staleIfErrorMs = 0, maxAgeMs = ttlMs } = options;
    const known = await lookUp(key);
    if (known && levels.isInTouch() && ageOf(known) < Math.min(ttlMs, maxAgeMs)) return cached(known, 'CACHE');
    try {
      return cached(await loadOnce(key, options), 'FRESH');
    } catch (error) {
      if (staleIfErrorMs <= 0) throw error;
      // Not what was known before: it may have been forgotten since.
      const last = await lookUp(key);
      if (!last || ageOf(last) >= ttlMs + staleIfErrorMs) throw error;
      return cached(last, 'STALE');
    }
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
