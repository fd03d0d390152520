import type { Cache } from './cache.ts';
import { createKeepingCache } from './keeping-cache.ts';
import { asEntry, openStore } from './memory-level.ts';

export type MemoryCacheOptions = Readonly<{ now?: () => Date }>;

/** For one process: the values live and die with it. */
export function createMemoryCache({ now = () => new Date() }: MemoryCacheOptions = {}): Cache {
  const { store, memory } = openStore('memory');
  return createKeepingCache(
    {
      find: async (key) => asEntry(await store.get({ key })),
      markOf: async () => null,
      keep: async (key, entry, forMs) => void (await store.set({ key, value: entry, ttl: forMs })),
      forget: async (key) => void (await store.delete({ key })),
      forgetHere: (key) => void memory.delete(key),
      isInTouch: () => true,
      onForgotten: () => undefined,
      close: () => store.disconnect(),
    },
    now,
  );
}
