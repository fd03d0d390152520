/** What there is of a material: remembered where that is safe, see docs/decisions/0013-stock.md. */
import { fault } from '@enghub/subgraph-kit/fault';
import type { Context } from '../context.ts';
import { isLabel } from '../text-rules.ts';
import { sumUp, type Inventory, type PlantStock, type Reading } from './inventory-rules.ts';

/** What changes without a movement, such as an expiry, a policy or a lot that expires at midnight, is seen after this. */
const TTL_MS = 60_000;

/** Null for a plant that does not exist for the user. */
export async function inventoryOf(
  context: Context,
  materialId: string,
  factoryId: string | null,
): Promise<Inventory | null> {
  const { factoryIds } = context.claims;
  if (!isLabel(materialId) || (factoryId !== null && !factoryIds.includes(factoryId))) return null;
  const asked = factoryId === null ? factoryIds : [factoryId];
  const readings = await Promise.all(asked.map((plant) => read(context, plant, materialId)));
  const found = readings.filter((reading) => reading !== null);
  if (found.length === 0) return null;
  const inventory = sumUp(materialId, asked, found);
  if (!inventory) {
    throw fault('BAD_USER_INPUT', 'The plants count this material in different units: ask for one plant.');
  }
  return inventory;
}

async function read(context: Context, factoryId: string, materialId: string): Promise<Reading | null> {
  const { cache, loaders, now } = context;
  const load = () => loaders.stock.load(stockKey({ factoryId, materialId }));
  if (!cache) {
    const asOf = now();
    return reading(await load(), asOf, 'FRESH');
  }
  const { value, asOf, source } = await cache.fetch(cacheKey(context, factoryId, materialId), {
    ttlMs: TTL_MS,
    load,
  });
  return reading(value, asOf, source === 'FRESH' ? 'FRESH' : 'CACHE');
}

const reading = (stock: PlantStock | null, asOf: Date, source: Reading['source']): Reading | null =>
  stock && { stock, asOf, source };

/** How the loader tells its keys apart. */
export const stockKey = (key: Readonly<{ factoryId: string; materialId: string }>): string =>
  JSON.stringify([key.factoryId, key.materialId]);

/** After the commit and before the answer: nobody sees older stock from here on. */
export async function forgetStock(context: Context, factoryId: string, materialIds: readonly string[]): Promise<void> {
  const { cache } = context;
  if (!cache) return;
  await Promise.all(materialIds.map((materialId) => cache.forget(cacheKey(context, factoryId, materialId))));
}

const cacheKey = ({ claims }: Context, factoryId: string, materialId: string): string =>
  ['inventory', claims.tenantId, factoryId, materialId].map(encodeURIComponent).join(':');
