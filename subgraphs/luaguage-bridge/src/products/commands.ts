/** Asks for bills of materials afresh, and says when the ERP changed or withdrew one. */
import { fact } from '@enghub/event-contracts/fact';
import { bomChanged } from '@enghub/event-contracts/luaguage-bridge/bom-changed.v1';
import { publish } from '@enghub/subgraph-kit/publish';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { findOlder, lastAnswer } from '../erp/store.ts';

const keySchema = z.tuple([z.string(), z.string()]);
const OLD_AFTER_MS = 30 * 60_000;
const AT_A_TIME = 50;

/** Orders are made by a version, so what counts is whether it is still there, and what it says. */
export async function recheckBom(productId: string, version: string, context: Context, isNews: boolean): Promise<void> {
  const { erp, claims, db, now } = context;
  const { tenantId } = claims;
  const key = JSON.stringify([productId, version]);
  const before = await lastAnswer(db, { tenantId, kind: 'BOM', key });
  await erp.forget({ what: 'BOM', tenantId, productId, version });
  const { value: bom, source } = await erp.bom({ tenantId, db }, productId, version);
  if (source !== 'ERP') return;
  const isOther = JSON.stringify(before?.value ?? null) !== JSON.stringify(bom);
  if (!isNews && !isOther) return;
  const usable = bom !== null;
  const about = {
    product_id: productId,
    bom_version: version,
    usable,
    reason: usable ? null : 'withdrawn',
    owner: null,
  };
  await context.transaction((tx) =>
    publish(tx, context, { factoryId: null, aggregateId: productId }, [
      fact(bomChanged, { ...about, at: now().toISOString() }),
    ]),
  );
}

/** After an outage: what was given out of the cache meanwhile. */
export async function recheckBoms(context: Context): Promise<number> {
  const { now, claims, db } = context;
  const than = new Date(now().getTime() - OLD_AFTER_MS);
  const due = await findOlder(db, { tenantId: claims.tenantId, kind: 'BOM', than, atMost: AT_A_TIME });
  for (const key of due) {
    const [productId, version] = keySchema.parse(JSON.parse(key));
    await recheckBom(productId, version, context, false);
  }
  return due.length;
}
