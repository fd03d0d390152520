import type { Claims } from '@enghub/subgraph-kit/claims';
import { fault } from '@enghub/subgraph-kit/fault';
import DataLoader from 'dataloader';
import type { Db } from './database.ts';
import type { ErpMaterial, ErpProduct, ErpUser } from './erp/answers.ts';
import { findBom, type BomLookup } from './erp/bill-of-materials.ts';
import type { Erp } from './erp/erp.ts';
import { isErpUnavailable } from './erp/outage.ts';

export type KnownUser = ErpUser & Readonly<{ tenantId: string; asOf: Date }>;

export type Loaders = Readonly<{
  product: DataLoader<string, ErpProduct | null>;
  material: DataLoader<string, ErpMaterial | null>;
  bom: DataLoader<Readonly<{ productId: string; version: string | null }>, BomLookup, string>;
  /** Of any tenant: whoever shows a user checks. */
  user: DataLoader<string, KnownUser | null>;
}>;

/** The ERP has no batch interfaces: loading in one tick spares equal questions, the client bounds the others. */
export function createLoaders(erp: Erp, { tenantId }: Claims, db: Db, singleTenantId: string | undefined): Loaders {
  const asker = { tenantId, db };
  return {
    product: new DataLoader((ids) => each(ids, async (id) => (await erp.product(asker, id)).value)),
    material: new DataLoader((ids) => each(ids, async (id) => (await erp.material(asker, id)).value)),
    bom: new DataLoader((keys) => each(keys, ({ productId, version }) => findBom(erp, asker, productId, version)), {
      cacheKeyFn: ({ productId, version }) => JSON.stringify([productId, version]),
    }),
    user: new DataLoader((ids) =>
      each(ids, async (id) => {
        const { value: user, asOf } = await erp.user(id);
        const home = user?.tenantId ?? singleTenantId;
        // Nobody's user is nobody: without a tenant there is nothing they may see.
        return user && home !== undefined ? { ...user, tenantId: home, asOf } : null;
      }),
    ),
  };
}

/** One failure fails one key. */
function each<Key, Value>(keys: readonly Key[], load: (key: Key) => Promise<Value>): Promise<(Value | Error)[]> {
  return Promise.all(
    keys.map((key) =>
      load(key).catch((error: unknown) => {
        if (isErpUnavailable(error)) return fault('UNAVAILABLE', 'The ERP (luaguage) does not answer; try again.');
        return error instanceof Error ? error : new Error(String(error));
      }),
    ),
  );
}
