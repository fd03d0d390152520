/** Fetches what changed among the ERP's sales orders. */
import type { Context } from '../context.ts';
import { isErpUnavailable } from '../erp/outage.ts';
import type { ReadSalesOrder } from '../erp/sales-orders.ts';
import { nextAttemptAt } from './rules.ts';
import * as store from './store.ts';
import * as tenants from './tenants-store.ts';

const EVERY_MS = 60_000;
const LEASE_MS = 60_000;

/** One page, if the context's tenant is due. True when there is more. */
export async function pullDue(context: Context): Promise<boolean> {
  const { db, now, claims, luaguage } = context;
  const pull = await tenants.takePull(db, now(), new Date(now().getTime() + LEASE_MS));
  if (!pull) return false;
  try {
    const { records, cursor, hasMore } = await luaguage.salesOrders(claims.tenantId, pull.cursor);
    const at = now();
    await context.transaction(async (tx) => {
      for (const record of records) await keep(record, { ...context, db: tx });
      await tenants.pulledTo(tx, cursor, at, hasMore ? at : new Date(at.getTime() + EVERY_MS));
    });
    return hasMore;
  } catch (error) {
    if (!isErpUnavailable(error)) throw error;
    await tenants.pullFailed(db, error.message, nextAttemptAt(pull.attempts + 1, now()));
    // Said once for each outage: the attempts after that are counted.
    if (pull.attempts === 0) {
      const failed = { kind: 'SALES_ORDER', externalId: null, outcome: 'FAILED', error: error.message } as const;
      await store.log(db, claims.tenantId, now(), [failed]);
    }
    return false;
  }
}

/** What cannot be read is written down and does not hold up the rest. */
export async function keep(record: ReadSalesOrder, { db, now, claims }: Context): Promise<void> {
  const about = { kind: 'SALES_ORDER' } as const;
  if (record.ok) {
    const { id: externalId } = record.salesOrder;
    const outcome = await store.keepSalesOrder(db, claims.tenantId, record.salesOrder, now());
    if (outcome) await store.log(db, claims.tenantId, now(), [{ ...about, externalId, outcome, error: null }]);
    return;
  }
  const { externalId, reason: error } = record;
  if (externalId !== null) await store.salesOrderFailed(db, externalId, error);
  await store.log(db, claims.tenantId, now(), [{ ...about, externalId, outcome: 'REFUSED', error }]);
}
