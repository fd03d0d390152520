import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import type { Operation, WorkOrder } from '../work-orders/commands.ts';
import { gatherMissing, gatherOrders, gatherStations } from './gather.ts';
import * as rules from './rules.ts';
import type { Blocker, OperationAction, OrderAction, Who } from './rules.ts';

export { unapproved } from './part-approvals.ts';
export type { Blocker, BlockerKind, OperationAction, OrderAction, Who } from './rules.ts';

/** Actions that nothing but the order's own row can keep from being taken. */
const unhindered: readonly OrderAction[] = ['HOLD', 'COMPLETE', 'REOPEN'];

/**
 * What is in the way of the action, the order's own state aside, which is the command's to judge. At release the order
 * has no materials yet: `uses` names those that it will have.
 */
export async function orderBlockers(
  db: Db,
  order: WorkOrder,
  action: OrderAction,
  { now }: Pick<Context, 'now'>,
  uses: readonly string[] = [],
): Promise<Blocker[]> {
  if (unhindered.includes(action)) return [];
  const at = now();
  const facts = (await gatherOrders(db, [order.id], at, new Map([[order.id, uses]]))).get(order.id);
  return facts ? rules.judgeOrder(facts.order, facts, action, at) : [];
}

/**
 * What is in the way of the action, the operation's own state aside, which is the command's to judge. Without a `who`,
 * neither qualifications nor stations are looked at.
 */
export async function operationBlockers(
  db: Db,
  { order, operation }: Readonly<{ order: Pick<WorkOrder, 'id'>; operation: Pick<Operation, 'id'> }>,
  action: OperationAction,
  who: Who | null,
  { now }: Pick<Context, 'now'>,
): Promise<Blocker[]> {
  const at = now();
  const facts = (await gatherOrders(db, [order.id], at)).get(order.id);
  const known = facts?.operations.find(({ id }) => id === operation.id);
  if (!facts || !known) return [];
  const operatorId = who?.operatorId ?? null;
  const [missing = []] =
    operatorId === null ? [] : await gatherMissing(db, [{ order: facts.order, operation: known, operatorId }], at);
  const station = who?.stationId ? ((await gatherStations(db, [who.stationId], at)).get(who.stationId) ?? null) : null;
  return rules.judgeOperation(facts.order, facts, known, action, { station, missing, operatorId }, at);
}
