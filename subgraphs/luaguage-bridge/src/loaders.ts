import type { BaseContext } from '@enghub/subgraph-kit/context';
import { fault } from '@enghub/subgraph-kit/fault';
import { isId } from '@enghub/subgraph-kit/ids';
import DataLoader from 'dataloader';
import type { Db } from './database.ts';
import { createDocumentLoaders, type DocumentLoaders } from './documents/loaders.ts';
import type { ErpMaterial, ErpProduct, ErpUser } from './erp/answers.ts';
import { findBom, type BomLookup } from './erp/bill-of-materials.ts';
import type { ErpClient } from './erp/client.ts';
import type { Erp } from './erp/erp.ts';
import { isErpUnavailable } from './erp/outage.ts';
import { findAnswerSync, type AnswerKind, type AnswerSync } from './erp/store.ts';
import { isDown } from './integration-status/reads.ts';
import { findFeedbacks, findSalesOrders, type Feedback, type KnownSalesOrder } from './sync/store.ts';
import { rememberTenant } from './sync/tenants-store.ts';

export type KnownUser = ErpUser & Readonly<{ tenantId: string; asOf: Date }>;

export type Loaders = DocumentLoaders &
  Readonly<{
    product: DataLoader<string, ErpProduct | null>;
    material: DataLoader<string, ErpMaterial | null>;
    bom: DataLoader<Readonly<{ productId: string; version: string | null }>, BomLookup, string>;
    /** Of any tenant: whoever shows a user checks. */
    user: DataLoader<string, KnownUser | null>;
    answerSync: DataLoader<Readonly<{ kind: AnswerKind; key: string }>, AnswerSync | null, string>;
    salesOrder: DataLoader<string, KnownSalesOrder | null>;
    orderFeedback: DataLoader<string, Feedback | null>;
  }>;

/** The ERP has no batch interfaces: loading in one tick spares equal questions, the client bounds the others. */
export function createLoaders(
  { erp, luaguage }: Readonly<{ erp: Erp; luaguage: ErpClient }>,
  asker: BaseContext<Db>,
  singleTenantId: string | undefined,
): Loaders {
  const { claims, db, now } = asker;
  const { tenantId } = claims;
  // Once a request, and only for who needs it.
  let bomIsDown: Promise<boolean> | undefined;
  const boms = { erp, asker, isDown: () => (bomIsDown ??= isDown('BOM', { luaguage, db, now })) };
  return {
    ...createDocumentLoaders(db),
    product: new DataLoader((ids) => each(ids, async (id) => (await erp.product(asker, id)).value)),
    material: new DataLoader((ids) => each(ids, async (id) => (await erp.material(asker, id)).value)),
    bom: new DataLoader((keys) => each(keys, ({ productId, version }) => findBom(boms, productId, version)), {
      cacheKeyFn: ({ productId, version }) => JSON.stringify([productId, version]),
    }),
    user: new DataLoader((ids) =>
      each(ids, async (id) => {
        const { value: user, asOf } = await erp.user(asker, id);
        const home = user?.tenantId ?? singleTenantId;
        // Nobody's user is nobody: without a tenant there is nothing they may see.
        if (user && home === tenantId) await remember(db, tenantId, now());
        return user && home !== undefined ? { ...user, tenantId: home, asOf } : null;
      }),
    ),
    answerSync: new DataLoader((keys) => each(keys, ({ kind, key }) => findAnswerSync(db, { tenantId, kind, key })), {
      cacheKeyFn: ({ kind, key }) => `${kind} ${key}`,
    }),
    salesOrder: new DataLoader(async (ids) => {
      const writable = ids.filter((id) => !id.includes('\0'));
      const found = new Map((await findSalesOrders(db, writable)).map((it) => [it.id, it]));
      return ids.map((id) => found.get(id) ?? null);
    }),
    orderFeedback: new DataLoader(async (ids) => {
      const found = new Map((await findFeedbacks(db, ids.filter(isId))).map((it) => [it.workOrderId, it]));
      return ids.map((id) => found.get(id) ?? null);
    }),
  };
}

const remembered = new WeakMap<Db, Set<string>>();

/** Whoever's people come here, for them the ERP is watched. Not being able to write it down is no reason to send them away. */
async function remember(db: Db, tenantId: string, at: Date): Promise<void> {
  const known = remembered.get(db) ?? new Set();
  if (known.has(tenantId)) return;
  remembered.set(db, known.add(tenantId));
  await rememberTenant(db, tenantId, at).catch(() => known.delete(tenantId));
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
