/** What may be changed about an order, and until when. Pure. */
import { fact, type Fact } from '@enghub/event-contracts/fact';
import { workOrderChanged } from '@enghub/event-contracts/mes/work-order-changed.v1';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import { refuseWishes, type PlanRefusal } from './create-rules.ts';
import { goodLimit, leastQuantity, limitAfter, type Allowance } from './limit-rules.ts';
import { step, type Operation, type Status, type WorkOrder } from './rules.ts';

type Wishes = Pick<
  WorkOrder,
  'quantity' | 'unit' | 'dueDate' | 'priority' | 'externalId' | 'salesOrderId' | 'salesOrderLine'
>;

/** What is not named stays as it is. */
export type Edit = Partial<Wishes>;

export type EditRefusal =
  | PlanRefusal
  | 'ILLEGAL_TRANSITION'
  | 'FIXED_BY_RELEASE'
  | Readonly<{ code: 'BELOW_MADE'; limit: string; actual: string }>;

const planning: readonly Status[] = ['DRAFT', 'PLANNED'];
const running: readonly Status[] = ['RELEASED', 'IN_PROGRESS', 'HELD'];

/**
 * Before release everything; after it the due date, priority, sales order and quantity, which never falls below what
 * an operation has made; of a finished order nothing.
 */
export function edit(
  order: WorkOrder,
  changes: Edit,
  operations: readonly Operation[],
  by: string,
  at: Date,
): Decision<WorkOrder, Fact, EditRefusal> {
  if (![...planning, ...running].includes(order.status)) return refuse('ILLEGAL_TRANSITION');
  const wanted = { ...order, ...changes };
  const edited = { ...wanted, quantity: new Decimal(wanted.quantity).toFixed() };
  const changed = (Object.keys(changes) as (keyof Wishes)[]).filter((name) => edited[name] !== order[name]);
  if (changed.length === 0) return accept(order);
  const wrong = refuseWishes(edited);
  if (wrong) return refuse(wrong);
  if (running.includes(order.status)) {
    if (changed.includes('unit') || changed.includes('externalId')) return refuse('FIXED_BY_RELEASE');
    const least = leastQuantity(operations);
    if (new Decimal(edited.quantity).lt(order.quantity) && new Decimal(edited.quantity).lt(least)) {
      return refuse({ code: 'BELOW_MADE', limit: least, actual: edited.quantity });
    }
  }
  if (order.status === 'DRAFT') return accept(edited);
  const { dueDate, priority, salesOrderId, salesOrderLine, externalId, unit } = edited;
  return accept(
    edited,
    fact(workOrderChanged, {
      ...step(edited, by, at),
      due_date: dueDate,
      priority,
      sales_order_id: salesOrderId,
      sales_order_line: salesOrderLine,
      external_id: externalId,
      unit,
      changed: changed.map((name) => wireNames[name]),
    }),
  );
}

const wireNames: Readonly<Record<keyof Wishes, string>> = {
  quantity: 'quantity',
  unit: 'unit',
  dueDate: 'due_date',
  priority: 'priority',
  externalId: 'external_id',
  salesOrderId: 'sales_order_id',
  salesOrderLine: 'sales_order_line',
};

/**
 * The operations of an order whose quantity changed. One that was finished has something to do again when there is
 * more to make.
 */
export function adjust(
  operations: readonly Operation[],
  quantity: Readonly<{ before: string; after: string }>,
  allowance: Allowance,
): Operation[] {
  const difference = new Decimal(goodLimit(quantity.after, allowance)).minus(goodLimit(quantity.before, allowance));
  const more = new Decimal(quantity.after).gt(quantity.before);
  return operations.map((operation) => {
    const adjusted = { ...operation, goodLimit: limitAfter(operation, difference) };
    if (!more || operation.status !== 'FINISHED') return adjusted;
    return { ...adjusted, status: operation.startedAt ? 'PAUSED' : 'PENDING', finishedAt: null };
  });
}
