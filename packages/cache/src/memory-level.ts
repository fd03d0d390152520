import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import type { CreateBusDriverResult, CreateDriverResult, L1CacheDriver, L2CacheDriver } from 'bentocache/types';
import type { Entry } from './levels.ts';

type Store = BentoCache<Record<string, ReturnType<typeof bentostore>>>;

const MAX_ITEMS = 20_000;
const MAX_BYTES = 64 * 1024 * 1024;

/** A store with this process's memory in front, and that memory by itself. */
export function openStore(
  prefix: string,
  behind?: Readonly<{ level: CreateDriverResult<L2CacheDriver>; bus: CreateBusDriverResult }>,
): Readonly<{ store: Store; memory: L1CacheDriver }> {
  const driver = memoryDriver({ maxItems: MAX_ITEMS, maxSize: MAX_BYTES });
  let memory: L1CacheDriver | undefined;
  const layers = bentostore().useL1Layer({ ...driver, factory: (config) => (memory = driver.factory(config)) });
  if (behind) layers.useL2Layer(behind.level).useBus(behind.bus);
  const store: Store = new BentoCache({ default: 'values', prefix, stores: { values: layers } });
  store.use();
  return { store, memory: memory! };
}

/** What another version of us left there may be anything. */
export function asEntry(found: unknown): Entry | null {
  if (typeof found !== 'object' || found === null) return null;
  const { value, asOf } = found as Partial<Entry>;
  return typeof asOf === 'number' ? { value, asOf } : null;
}
