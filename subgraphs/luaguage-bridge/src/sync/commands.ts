import { audit } from '@enghub/subgraph-kit/audit';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { answerRequest, bookRequest, findRequest } from '@enghub/subgraph-kit/requests';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { log, type SyncKind } from '../erp/import-log-store.ts';
import { isErpUnavailable } from '../erp/outage.ts';
import type { ErpSalesOrder } from '../erp/sales-orders.ts';
import { keep } from './pulling.ts';
import type { Sync } from './rules.ts';
import * as store from './store.ts';
import { pullNow, rememberTenant } from './tenants-store.ts';

export type RetryInput = Readonly<{ requestId: string; kind: SyncKind; externalId: string }>;
type Refusal = 'NOT_FOUND' | 'NOT_RETRIED_BY_HAND' | 'ERP_UNAVAILABLE' | 'REQUEST_ID_REUSED' | 'BAD_REQUEST_ID';
export type Outcome = Decision<Readonly<{ sync: Sync; replayed: boolean }>, never, Refusal>;

const label = /^[^\p{Cc}\p{Cs}]{1,100}$/u;

export async function retrySync({ requestId, ...body }: RetryInput, context: Context): Promise<Outcome> {
  const { claims, db } = context;
  const { kind, externalId } = body;
  if (!label.test(requestId)) return refuse('BAD_REQUEST_ID');
  if (kind !== 'SALES_ORDER' && kind !== 'ORDER_STATUS') return refuse('NOT_RETRIED_BY_HAND');
  if (!label.test(externalId)) return refuse('NOT_FOUND');
  const request = { requestId, command: 'retrySync', body };
  const known = await findRequest<null>(db, claims, request);
  if (known.kind !== 'first') return answered(known.kind, db, body);
  // The ERP is asked before the transaction: nobody waits for it with locks in hand.
  const found = kind === 'SALES_ORDER' ? await askFor(externalId, context) : null;
  if (found === 'NOT_FOUND' || found === 'ERP_UNAVAILABLE') return refuse(found);
  const before = await syncOf(db, body);
  if (!before && !found) return refuse('NOT_FOUND');

  const booked = await context.transaction(async (tx) => {
    const { kind: booking } = await bookRequest<null>(tx, claims, request);
    if (booking !== 'first') return booking;
    if (found) await keep({ ok: true, salesOrder: found }, { ...context, db: tx });
    else await store.makeDue(tx, externalId, context.now());
    await audit(tx, context, {
      command: 'retrySync',
      factoryId: null,
      entity: found ? 'SalesOrder' : 'OrderFeedback',
      entityId: externalId,
      before,
      after: await syncOf(tx, body),
    });
    await answerRequest(tx, claims, requestId, null);
    return booking;
  });
  return answered(booked, db, body);
}

async function answered(
  booking: 'first' | 'replayed' | 'reused',
  db: Db,
  about: Omit<RetryInput, 'requestId'>,
): Promise<Outcome> {
  if (booking === 'reused') return refuse('REQUEST_ID_REUSED');
  const sync = await syncOf(db, about);
  return sync ? accept({ sync, replayed: booking === 'replayed' }) : refuse('NOT_FOUND');
}

async function syncOf(db: Db, { kind, externalId }: Omit<RetryInput, 'requestId'>): Promise<Sync | null> {
  const find = kind === 'SALES_ORDER' ? store.findSalesOrders : store.findFeedbacks;
  return (await find(db, [externalId]))[0]?.sync ?? null;
}

/** An outage is over soon or not: the person who asks does not wait for all the retries. */
const PATIENCE_MS = 4_500;

async function askFor(
  id: string,
  { luaguage, claims, db, now }: Context,
): Promise<ErpSalesOrder | 'NOT_FOUND' | 'ERP_UNAVAILABLE'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'ERP_UNAVAILABLE'>((resolve) => {
    timer = setTimeout(() => resolve('ERP_UNAVAILABLE'), PATIENCE_MS);
  });
  try {
    const asking = luaguage.salesOrder(claims.tenantId, id);
    asking.catch(() => undefined);
    return (await Promise.race([asking, late])) ?? 'NOT_FOUND';
  } catch (error) {
    if (!isErpUnavailable(error)) throw error;
    await store.salesOrderFailed(db, id, error.message);
    await log(db, claims.tenantId, now(), [
      { kind: 'SALES_ORDER', externalId: id, outcome: 'FAILED', error: error.message },
    ]);
    return 'ERP_UNAVAILABLE';
  } finally {
    clearTimeout(timer);
  }
}

export { findTenants, SCHEDULER_TENANT } from './tenants-store.ts';

/** From now on the schedules serve the tenant too. */
export const hearOfTenant = ({ db, claims, now }: Context): Promise<void> => rememberTenant(db, claims.tenantId, now());

/** At the next round of the schedule. */
export const pullSoon = ({ db, now }: Pick<Context, 'db' | 'now'>): Promise<void> => pullNow(db, now());

const ALL = 1_000_000;

/** What the ERP did not take is due again: all of it, or so many. */
export const sendSoon = ({ db, now }: Pick<Context, 'db' | 'now'>, atMost = ALL): Promise<void> =>
  store.makeWaitingDue(db, now(), atMost);
