/** When to send, what counts as arrived, and when to try again. Pure: the caller brings the clock and the data. */
import { Decimal } from 'decimal.js';
import type { ErpOrderStatus, OrderFeedback } from '../erp/outgoing.ts';

export type SyncStatus = 'PENDING' | 'SYNCED' | 'FAILED';
export type Sync = Readonly<{ state: SyncStatus; lastAt: Date | null; lastError: string | null; attempts: number }>;

/** A work order of mes, with the name of its sales order where that is asked for. */
export type OrderRef = Readonly<{ id: string; salesOrderId?: string | null }>;

/** A work order as mes describes it. */
export type OrderNow = Readonly<{
  number: string;
  status: string;
  productId: string;
  goodQuantity: string;
  salesOrderId: string | null;
  salesOrderLine: string | null;
}>;

const statuses: Readonly<Record<string, ErpOrderStatus>> = {
  RELEASED: 'RELEASED',
  IN_PROGRESS: 'IN_PROGRESS',
  // Held by the plant, the order is still under way to the ERP.
  HELD: 'IN_PROGRESS',
  COMPLETED: 'COMPLETED',
  CLOSED: 'CLOSED',
  CANCELLED: 'CANCELLED',
};

/** Null for an order that the ERP need not hear of: it is only planned. */
export const erpStatusOf = (status: string): ErpOrderStatus | null => statuses[status] ?? null;

export function feedbackOf(
  about: Readonly<{ workOrderId: string; revision: number; heardAt: Date }>,
  order: OrderNow,
): OrderFeedback | null {
  const status = erpStatusOf(order.status);
  if (status === null) return null;
  return {
    workOrderId: about.workOrderId,
    workOrderNumber: order.number,
    productId: order.productId,
    salesOrderId: order.salesOrderId,
    salesOrderLine: order.salesOrderLine,
    status,
    confirmedQuantity: order.goodQuantity,
    revision: about.revision,
    at: about.heardAt,
  };
}

/** Equal for equal content, so that a repeat is one; another as soon as something is different. */
export const idempotencyKey = (it: OrderFeedback): string =>
  [it.workOrderId, it.revision, it.status, it.confirmedQuantity].join(':');

export const isSame = (one: string | null, other: string | null): boolean =>
  one === null || other === null ? one === other : new Decimal(one).eq(other);

const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/** Twice as long after each failure, at most five minutes; `attempts` counts the one that just failed. */
export const nextAttemptAt = (attempts: number, now: Date): Date =>
  new Date(now.getTime() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 20)));
