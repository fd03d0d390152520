/** What other slices may do with work orders. */
import { isId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { ensureOutputLot } from '../lots/commands.ts';
import { findPolicies } from '../plant-policies/commands.ts';
import { applyChange, type Change, type Outcome } from './change.ts';
import { goodLimit } from './limit-rules.ts';
import * as operations from './operation-store.ts';
import type { OrderMaterial } from './release-rules.ts';
import * as rules from './rules.ts';
import type { Operation } from './rules.ts';
import * as store from './store.ts';
import type { OrderWithPolicies } from './store.ts';

export { available, remainingAt } from './flow-rules.ts';
export type { Outcome as OrderOutcome } from './change.ts';
export type { OrderRefusal } from './refusals.ts';
export type { OrderMaterial } from './release-rules.ts';
export type { Operation, OperationStatus, Status, WorkOrder } from './rules.ts';
export type { OrderWithPolicies } from './store.ts';

/** One order with the policies of its release; null when it does not exist for the user. */
export const findOrder = (db: Db, id: string): Promise<OrderWithPolicies | null> =>
  isId(id) ? store.findOrder(db, id) : Promise.resolve(null);

export const findOperations = (db: Db, ids: readonly string[]): Promise<Operation[]> =>
  operations.findOperations(db, ids.filter(isId));

/** The operations of one order, in sequence. */
export const operationsOf = (db: Db, orderId: string): Promise<Operation[]> =>
  operations.findOperationsOf(db, [orderId].filter(isId));

/** What the order uses for one piece, and where; empty before it is released. */
export const materialsOf = (db: Db, orderId: string): Promise<OrderMaterial[]> =>
  operations.findMaterialsOf(db, [orderId].filter(isId));

/** Locks the order's row until the transaction ends, so that neither commands nor reports move it meanwhile. */
export const loadForChange = (tx: Db, id: string): Promise<OrderWithPolicies | null> =>
  isId(id) ? store.loadForChange(tx, id) : Promise.resolve(null);

/** What the order's state alone allows, by the table of transitions. */
export const legalActions = ({ status }: Pick<rules.WorkOrder, 'status'>): Uppercase<rules.Verb>[] =>
  (Object.keys(rules.transitions) as rules.Verb[])
    .filter((verb) => rules.transitions[verb].includes(status))
    .map((verb) => verb.toUpperCase() as Uppercase<rules.Verb>);

/** How many good pieces an operation of the order may make when so many are ordered. */
export const limitFor = async (tx: Db, order: OrderWithPolicies): Promise<string> =>
  goodLimit(order.quantity, (order.policies ?? (await findPolicies(tx, order.factoryId))!).overproduction);

/** Adding, skipping and repeating operations of an order that runs. */
export {
  insertOperation,
  insertRepetition,
  leaveOut,
  type Changed as ChangedOperations,
  type ChangeRefusal as OperationChangeRefusal,
  type OperationChange,
  type Why as WhyChanged,
} from './operation-change-rules.ts';

/** The lot that the order makes, if this is the moment when it gets one. */
export async function outputLotOf(
  tx: Db,
  context: Context,
  order: rules.WorkOrder,
  when: 'RELEASE' | 'START',
): Promise<string | null> {
  const lotId = await ensureOutputLot(tx, context, order, when);
  if (lotId && order.parentRelation === 'BACK_ORDER') await operations.linkLots(tx, order.id, context.now());
  return lotId;
}

export const starting = (context: Context): Change => ({
  command: 'startWorkOrder',
  action: 'START',
  decide: rules.start,
  alsoSave: async (tx, order) => ({ outputLotId: await outputLotOf(tx, context, order, 'START') }),
});

/**
 * Starts a released order because work on it begins; one that runs already stays as it is. The caller has loaded the
 * order for change in this transaction.
 */
export const startIfReleased = (tx: Db, context: Context, order: OrderWithPolicies): Promise<Outcome> =>
  order.status === 'IN_PROGRESS'
    ? Promise.resolve({ ok: true, state: order, events: [] })
    : applyChange(tx, context, order, starting(context));
