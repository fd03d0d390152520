/** Tells the ERP where work orders stand, until it has confirmed it. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { isErpUnavailable, isRefusal } from '../erp/outage.ts';
import { feedbackOf, idempotencyKey, nextAttemptAt, type OrderNow } from './rules.ts';
import * as store from './store.ts';
import type { Feedback } from './store.ts';

/** Longer than all attempts at one feedback together take. */
const LEASE_MS = 60_000;
const AT_A_TIME = 20;

const ORDER = `query OrderForErp($id: ID!) {
  workOrder(id: $id) { number status goodQuantity salesOrderId salesOrderLine product { id } }
}`;
const orderAnswer = z.object({
  workOrder: z
    .object({
      number: z.string(),
      status: z.string(),
      goodQuantity: z.string(),
      salesOrderId: z.string().nullable(),
      salesOrderLine: z.string().nullable(),
      product: z.object({ id: z.string() }),
    })
    .nullable(),
});

/** Sends what is due for the context's tenant; how many that were. */
export async function sendDue(context: Context): Promise<number> {
  const { db, now } = context;
  const due = await store.takeDue(db, now(), new Date(now().getTime() + LEASE_MS), AT_A_TIME);
  await Promise.all(due.map((feedback) => sendOne(feedback, context)));
  return due.length;
}

async function sendOne(feedback: Feedback, context: Context): Promise<void> {
  const { db, now, claims, luaguage } = context;
  const { tenantId } = claims;
  const { workOrderId } = feedback;
  try {
    const order = await orderNow(workOrderId, context);
    const told = order && feedbackOf(feedback, order);
    // Nothing to tell: gone, or not yet on the floor.
    if (!told) return await store.noteArrived(db, feedback, null, now());
    await store.noteConfirmed(db, workOrderId, told.status, told.confirmedQuantity);
    const receipt = await luaguage.reportOrderStatus(tenantId, told, idempotencyKey(told));
    await store.noteArrived(db, feedback, receipt.postedQuantity, now());
    await store.log(db, tenantId, now(), [entry(workOrderId, 'SENT', null)]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isFinal = isRefusal(error);
    const next = nextAttemptAt(feedback.sync.attempts + 1, now());
    await store.noteFailed(db, feedback, { error: message, nextAttemptAt: next, isFinal });
    if (isErpUnavailable(error)) {
      await store.log(db, tenantId, now(), [entry(workOrderId, isFinal ? 'REFUSED' : 'FAILED', message)]);
    }
  }
}

const entry = (externalId: string, outcome: 'SENT' | 'REFUSED' | 'FAILED', error: string | null) =>
  ({ kind: 'ORDER_STATUS', externalId, outcome, error }) as const;

/** Asked when it is told and not taken from the event: by then the order may stand elsewhere. */
async function orderNow(id: string, { graph }: Context): Promise<OrderNow | null> {
  const { workOrder } = orderAnswer.parse(await graph('mes', ORDER, { id }));
  return workOrder && { ...workOrder, productId: workOrder.product.id };
}
