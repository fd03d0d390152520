/** What may happen to a work order. Pure: the caller brings the clock and the data. */
import { fact, type Fact } from '@enghub/event-contracts/fact';
import { workOrderCancelled } from '@enghub/event-contracts/mes/work-order-cancelled.v1';
import { workOrderClosed } from '@enghub/event-contracts/mes/work-order-closed.v1';
import { workOrderCompleted } from '@enghub/event-contracts/mes/work-order-completed.v1';
import { workOrderCreated } from '@enghub/event-contracts/mes/work-order-created.v1';
import { workOrderHeld } from '@enghub/event-contracts/mes/work-order-held.v1';
import { workOrderReleased } from '@enghub/event-contracts/mes/work-order-released.v1';
import { workOrderResumed } from '@enghub/event-contracts/mes/work-order-resumed.v1';
import { workOrderStarted } from '@enghub/event-contracts/mes/work-order-started.v1';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import { isLabel } from '../text-rules.ts';

export type Status = 'DRAFT' | 'PLANNED' | 'RELEASED' | 'IN_PROGRESS' | 'HELD' | 'COMPLETED' | 'CLOSED' | 'CANCELLED';

export type HoldCause =
  'OPERATIONAL' | 'MATERIAL_SHORTAGE' | 'MACHINE_FAILURE' | 'QUALITY_HOLD' | 'ENGINEERING_CHANGE' | 'OTHER';

export type WorkOrder = Readonly<{
  id: string;
  factoryId: string;
  number: string;
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
  createdBy: string;
  createdAt: Date;
  releasedAt: Date | null;
  startedAt: Date | null;
  completedAt: Date | null;
}>;

export type Operation = Readonly<{
  id: string;
  workOrderId: string;
  sequence: number;
  name: string;
  isLast: boolean;
  stationId: string | null;
  setupSeconds: string | null;
  runSecondsPerPiece: string | null;
  goodLimit: string;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
}>;

export type Step = Decision<WorkOrder, Fact, 'ILLEGAL_TRANSITION'>;
export type Verb = 'release' | 'start' | 'hold' | 'resume' | 'complete' | 'close' | 'cancel';

/** From which states a verb may be said. Where it leads is the verb's own affair. */
export const transitions: Readonly<Record<Verb, readonly Status[]>> = {
  release: ['PLANNED'],
  start: ['RELEASED'],
  hold: ['RELEASED', 'IN_PROGRESS'],
  resume: ['HELD'],
  complete: ['IN_PROGRESS'],
  close: ['COMPLETED'],
  cancel: ['DRAFT', 'PLANNED', 'RELEASED', 'IN_PROGRESS', 'HELD'],
};

export type OrderPlan = Pick<
  WorkOrder,
  'id' | 'factoryId' | 'number' | 'productId' | 'bomVersion' | 'routingId' | 'quantity' | 'unit' | 'dueDate'
>;

export function create(
  plan: OrderPlan,
  by: string,
  at: Date,
): Decision<WorkOrder, Fact, 'BAD_NUMBER' | 'BAD_QUANTITY'> {
  if (!isLabel(plan.number)) return refuse('BAD_NUMBER');
  if (new Decimal(plan.quantity).lte(0)) return refuse('BAD_QUANTITY');
  const order: WorkOrder = {
    ...plan,
    status: 'PLANNED',
    heldFrom: null,
    holdCause: null,
    holdNote: null,
    version: 1,
    goodQuantity: '0',
    scrapQuantity: '0',
    reworkQuantity: '0',
    reportCount: 0,
    createdBy: by,
    createdAt: at,
    releasedAt: null,
    startedAt: null,
    completedAt: null,
  };
  return accept(
    order,
    fact(workOrderCreated, {
      work_order_id: order.id,
      number: order.number,
      product_id: order.productId,
      bom_version: order.bomVersion,
      quantity: order.quantity,
      unit: order.unit,
      due_date: order.dueDate,
      created_by: by,
    }),
  );
}

/** The most good pieces of an operation: what is ordered, and what the plant allows beyond it. Rounded down to 4 places. */
export const goodLimit = (quantity: string, overproductionPercent: string): string =>
  new Decimal(quantity)
    .times(new Decimal(overproductionPercent).div(100).plus(1))
    .toDecimalPlaces(4, Decimal.ROUND_DOWN)
    .toFixed();

export const remaining = ({ quantity, goodQuantity }: Pick<WorkOrder, 'quantity' | 'goodQuantity'>): string =>
  Decimal.max(0, new Decimal(quantity).minus(goodQuantity)).toFixed();

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

export function close(order: WorkOrder, by: string, at: Date): Step {
  if (!allows(order, 'close')) return refuse('ILLEGAL_TRANSITION');
  return accept({ ...order, status: 'CLOSED' }, fact(workOrderClosed, step(order, by, at)));
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
  return accept(
    { ...order, status: 'CANCELLED', heldFrom: null, holdCause: null, holdNote: null },
    fact(workOrderCancelled, { ...step(order, by, at), reason }),
  );
}

const allows = (order: WorkOrder, verb: Verb): boolean => transitions[verb].includes(order.status);

const step = (order: WorkOrder, by: string, at: Date) => ({
  work_order_id: order.id,
  number: order.number,
  product_id: order.productId,
  quantity: order.quantity,
  at: at.toISOString(),
  by,
});
