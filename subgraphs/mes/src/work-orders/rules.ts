/** What may happen to a work order. Pure: the caller brings the clock and the data. */
import { fact, type Fact } from '@enghub/event-contracts/fact';
import { workOrderCancelled } from '@enghub/event-contracts/mes/work-order-cancelled.v1';
import { workOrderClosed } from '@enghub/event-contracts/mes/work-order-closed.v1';
import { workOrderCompleted } from '@enghub/event-contracts/mes/work-order-completed.v1';
import { workOrderHeld } from '@enghub/event-contracts/mes/work-order-held.v1';
import { workOrderLossRecorded } from '@enghub/event-contracts/mes/work-order-loss-recorded.v1';
import { workOrderReleased } from '@enghub/event-contracts/mes/work-order-released.v1';
import { workOrderReopened } from '@enghub/event-contracts/mes/work-order-reopened.v1';
import { workOrderResumed } from '@enghub/event-contracts/mes/work-order-resumed.v1';
import { workOrderStarted } from '@enghub/event-contracts/mes/work-order-started.v1';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';

export type Status = 'DRAFT' | 'PLANNED' | 'RELEASED' | 'IN_PROGRESS' | 'HELD' | 'COMPLETED' | 'CLOSED' | 'CANCELLED';

export type HoldCause =
  'OPERATIONAL' | 'MATERIAL_SHORTAGE' | 'MACHINE_FAILURE' | 'QUALITY_HOLD' | 'ENGINEERING_CHANGE' | 'OTHER';

export type OrderType = 'PRODUCTION' | 'REWORK';
export type ParentRelation = 'SPLIT' | 'BACK_ORDER' | 'REWORK';

export type WorkOrder = Readonly<{
  id: string;
  factoryId: string;
  number: string;
  type: OrderType;
  status: Status;
  /** Where a held order returns to. */
  heldFrom: Status | null;
  holdCause: HoldCause | null;
  holdNote: string | null;
  version: number;
  productId: string;
  bomVersion: string | null;
  routingId: string;
  quantity: string;
  unit: string;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
  reportCount: number;
  dueDate: string | null;
  /** 1 is the most urgent, 9 the least. */
  priority: number;
  externalId: string | null;
  salesOrderId: string | null;
  salesOrderLine: string | null;
  parentId: string | null;
  parentRelation: ParentRelation | null;
  outputLotId: string | null;
  /** Ordered pieces that will never be made, written off at closing. */
  lossQuantity: string;
  closeNote: string | null;
  createdBy: string;
  createdAt: Date;
  releasedAt: Date | null;
  startedAt: Date | null;
  completedAt: Date | null;
  closedAt: Date | null;
}>;

export type OperationStatus = 'PENDING' | 'IN_PROGRESS' | 'PAUSED' | 'FINISHED' | 'SKIPPED';

export type Operation = Readonly<{
  id: string;
  workOrderId: string;
  sequence: number;
  name: string;
  isLast: boolean;
  stationId: string | null;
  setupSeconds: string | null;
  runSecondsPerPiece: string | null;
  runSecondsPerBatch: string | null;
  batchQuantity: string | null;
  equipmentClass: string | null;
  requiredSkills: readonly string[];
  materialIds: readonly string[];
  status: OperationStatus;
  /** Operations whose good pieces this one works on. */
  afterIds: readonly string[];
  /** Operations beside which this one may run once they have started; it too works on what they made. */
  withIds: readonly string[];
  transferQuantity: string | null;
  overproductionMode: 'BLOCK' | 'WARN' | 'APPROVE';
  predecessorMode: 'BLOCK' | 'WARN' | 'ALLOW';
  plannedStartAt: Date | null;
  plannedEndAt: Date | null;
  startedAt: Date | null;
  finishedAt: Date | null;
  goodLimit: string;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
  sentBackQuantity: string;
  returnedQuantity: string;
  /** Good pieces that came with a back-order (positive) or left with one (negative). */
  carriedQuantity: string;
}>;

export type Step = Decision<WorkOrder, Fact, 'ILLEGAL_TRANSITION'>;
export type Verb = 'release' | 'start' | 'hold' | 'resume' | 'complete' | 'reopen' | 'close' | 'cancel';

/** From which states a verb may be said. Where it leads is the verb's own affair. */
export const transitions: Readonly<Record<Verb, readonly Status[]>> = {
  release: ['PLANNED'],
  start: ['RELEASED'],
  hold: ['RELEASED', 'IN_PROGRESS'],
  resume: ['HELD'],
  complete: ['IN_PROGRESS'],
  reopen: ['COMPLETED'],
  close: ['COMPLETED'],
  cancel: ['DRAFT', 'PLANNED', 'RELEASED', 'IN_PROGRESS', 'HELD'],
};

/** What is still to be made: neither good nor written off. Scrap does not lower it. */
export const remaining = (order: Pick<WorkOrder, 'quantity' | 'goodQuantity' | 'lossQuantity'>): string =>
  Decimal.max(0, new Decimal(order.quantity).minus(order.goodQuantity).minus(order.lossQuantity)).toFixed();

export function release(order: WorkOrder, by: string, at: Date): Step {
  if (!allows(order, 'release')) return refuse('ILLEGAL_TRANSITION');
  return accept({ ...order, status: 'RELEASED', releasedAt: at }, fact(workOrderReleased, step(order, by, at)));
}

export function start(order: WorkOrder, by: string, at: Date): Step {
  if (!allows(order, 'start')) return refuse('ILLEGAL_TRANSITION');
  return accept(
    { ...order, status: 'IN_PROGRESS', startedAt: order.startedAt ?? at },
    fact(workOrderStarted, step(order, by, at)),
  );
}

export function hold(order: WorkOrder, why: { cause: HoldCause; note: string | null }, by: string, at: Date): Step {
  if (!allows(order, 'hold')) return refuse('ILLEGAL_TRANSITION');
  return accept(
    { ...order, status: 'HELD', heldFrom: order.status, holdCause: why.cause, holdNote: why.note },
    fact(workOrderHeld, { ...step(order, by, at), ...why }),
  );
}

export function resume(order: WorkOrder, by: string, at: Date): Step {
  if (!allows(order, 'resume') || !order.heldFrom) return refuse('ILLEGAL_TRANSITION');
  return accept(
    { ...order, status: order.heldFrom, heldFrom: null, holdCause: null, holdNote: null },
    fact(workOrderResumed, step(order, by, at)),
  );
}

/** Also with pieces left to make: what is missing is not lost, it has not been made. */
export function complete(order: WorkOrder, by: string, at: Date): Step {
  if (!allows(order, 'complete')) return refuse('ILLEGAL_TRANSITION');
  return accept(
    { ...order, status: 'COMPLETED', completedAt: at },
    fact(workOrderCompleted, {
      ...step(order, by, at),
      good_qty: order.goodQuantity,
      scrap_qty: order.scrapQuantity,
      rework_qty: order.reworkQuantity,
    }),
  );
}

/** More will be made after all. Closed books stay closed. */
export function reopen(order: WorkOrder, reason: string, by: string, at: Date): Step {
  if (!allows(order, 'reopen')) return refuse('ILLEGAL_TRANSITION');
  return accept(
    { ...order, status: 'IN_PROGRESS', completedAt: null },
    fact(workOrderReopened, { ...step(order, by, at), reason }),
  );
}

/** What the person who closes an order says of the pieces that are missing. */
export type Loss = Readonly<{ quantity: string; note: string | null }>;

export type CloseRefusal =
  | 'ILLEGAL_TRANSITION'
  | Readonly<{ code: 'LOSS_OUT_OF_RANGE' | 'BOOKS_NOT_RECONCILED'; limit: string; actual: string }>
  | Readonly<{ code: 'REPORTS_PENDING'; count: number }>;

/** The books agree when nobody waits for an approval and every ordered piece is either good or written off. */
export function close(
  order: WorkOrder,
  loss: Loss,
  pendingReports: number,
  by: string,
  at: Date,
): Decision<WorkOrder, Fact, CloseRefusal> {
  if (!allows(order, 'close')) return refuse('ILLEGAL_TRANSITION');
  if (pendingReports > 0) return refuse({ code: 'REPORTS_PENDING', count: pendingReports });
  const missing = remaining(order);
  if (new Decimal(loss.quantity).lt(0) || new Decimal(loss.quantity).gt(missing)) {
    return refuse({ code: 'LOSS_OUT_OF_RANGE', limit: missing, actual: loss.quantity });
  }
  if (!new Decimal(loss.quantity).eq(missing)) {
    const actual = new Decimal(order.goodQuantity).plus(order.lossQuantity).plus(loss.quantity).toFixed();
    return refuse({ code: 'BOOKS_NOT_RECONCILED', limit: order.quantity, actual });
  }
  const lossQuantity = new Decimal(order.lossQuantity).plus(loss.quantity).toFixed();
  const closed: WorkOrder = { ...order, status: 'CLOSED', lossQuantity, closeNote: loss.note, closedAt: at };
  const about = step(order, by, at);
  const lost = new Decimal(loss.quantity).gt(0);
  return accept(
    closed,
    ...(lost ? [fact(workOrderLossRecorded, { ...about, loss_qty: loss.quantity, note: loss.note })] : []),
    fact(workOrderClosed, about),
  );
}

/** What was reported was made: such an order is completed, not cancelled. */
export function cancel(
  order: WorkOrder,
  reason: string | null,
  by: string,
  at: Date,
): Decision<WorkOrder, Fact, 'ILLEGAL_TRANSITION' | 'HAS_REPORTS'> {
  if (!allows(order, 'cancel')) return refuse('ILLEGAL_TRANSITION');
  if (order.reportCount > 0) return refuse('HAS_REPORTS');
  const cancelled: WorkOrder = { ...order, status: 'CANCELLED', heldFrom: null, holdCause: null, holdNote: null };
  // Nobody but its planners has heard of a draft.
  if (order.status === 'DRAFT') return accept(cancelled);
  return accept(cancelled, fact(workOrderCancelled, { ...step(order, by, at), reason }));
}

const allows = (order: WorkOrder, verb: Verb): boolean => transitions[verb].includes(order.status);

export const step = (order: WorkOrder, by: string, at: Date) => ({
  work_order_id: order.id,
  number: order.number,
  product_id: order.productId,
  quantity: order.quantity,
  at: at.toISOString(),
  by,
});
