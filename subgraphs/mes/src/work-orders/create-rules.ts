/** How an order comes into being. Pure: the caller brings the clock and the data. */
import { fact, type Fact } from '@enghub/event-contracts/fact';
import { workOrderCreated } from '@enghub/event-contracts/mes/work-order-created.v1';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import { isLabel } from '../text-rules.ts';
import type { WorkOrder } from './rules.ts';

export type OrderPlan = Pick<
  WorkOrder,
  'id' | 'factoryId' | 'number' | 'productId' | 'bomVersion' | 'routingId' | 'quantity' | 'unit' | 'dueDate'
> &
  Partial<
    Pick<
      WorkOrder,
      'type' | 'priority' | 'externalId' | 'salesOrderId' | 'salesOrderLine' | 'parentId' | 'parentRelation'
    >
  > &
  Readonly<{ draft?: boolean }>;

export type PlanRefusal =
  'BAD_NUMBER' | 'BAD_QUANTITY' | 'BAD_PRIORITY' | 'BAD_EXTERNAL_ID' | 'BAD_SALES_ORDER' | 'BAD_UNIT' | 'BAD_DUE_DATE';

/** A planned order, or a draft, of which nobody hears before it is planned. */
export function create(plan: OrderPlan, by: string, at: Date): Decision<WorkOrder, Fact, PlanRefusal> {
  const { draft = false, ...given } = plan;
  const order: WorkOrder = {
    type: 'PRODUCTION',
    priority: 5,
    externalId: null,
    salesOrderId: null,
    salesOrderLine: null,
    parentId: null,
    parentRelation: null,
    ...given,
    status: draft ? 'DRAFT' : 'PLANNED',
    heldFrom: null,
    holdCause: null,
    holdNote: null,
    version: 1,
    goodQuantity: '0',
    scrapQuantity: '0',
    reworkQuantity: '0',
    reportCount: 0,
    outputLotId: null,
    lossQuantity: '0',
    closeNote: null,
    createdBy: by,
    createdAt: at,
    releasedAt: null,
    startedAt: null,
    completedAt: null,
    closedAt: null,
  };
  const wrong = refuseWishes(order);
  if (wrong) return refuse(wrong);
  return draft ? accept(order) : accept(order, created(order));
}

/** What a planner may wish, whenever it is wished. */
export function refuseWishes(order: WorkOrder): PlanRefusal | null {
  const { number, quantity, unit, priority, externalId, salesOrderId, salesOrderLine } = order;
  if (!isLabel(number)) return 'BAD_NUMBER';
  if (new Decimal(quantity).lte(0)) return 'BAD_QUANTITY';
  if (!isLabel(unit)) return 'BAD_UNIT';
  if (priority < 1 || priority > 9) return 'BAD_PRIORITY';
  if (externalId !== null && !isLabel(externalId)) return 'BAD_EXTERNAL_ID';
  if ([salesOrderId, salesOrderLine].some((text) => text !== null && !isLabel(text))) return 'BAD_SALES_ORDER';
  // A line of no sales order means nothing.
  if (salesOrderLine !== null && salesOrderId === null) return 'BAD_SALES_ORDER';
  return order.dueDate !== null && order.dueDate > LAST_DAY ? 'BAD_DUE_DATE' : null;
}

// What a column of days and a reader of ISO 8601 both hold.
const LAST_DAY = '9999-12-31';

/** Makes a draft an order that is reckoned with. */
export function plan(order: WorkOrder): Decision<WorkOrder, Fact, 'ILLEGAL_TRANSITION'> {
  if (order.status !== 'DRAFT') return refuse('ILLEGAL_TRANSITION');
  return accept<WorkOrder, Fact>({ ...order, status: 'PLANNED' }, created(order));
}

export const created = (order: WorkOrder): Fact =>
  fact(workOrderCreated, {
    work_order_id: order.id,
    number: order.number,
    product_id: order.productId,
    bom_version: order.bomVersion,
    quantity: order.quantity,
    unit: order.unit,
    due_date: order.dueDate,
    created_by: order.createdBy,
  });
