import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import type { Operation, WorkOrder } from '../work-orders/commands.ts';
import type { Blocker, OperationAction, OrderAction, Who } from './rules.ts';

export type { Blocker, BlockerKind, OperationAction, OrderAction, Who } from './rules.ts';

/** What is in the way of the action, the order's own state aside, which is the command's to judge. */
export const orderBlockers = (
  _db: Db,
  _order: WorkOrder,
  _action: OrderAction,
  _context: Context,
): Promise<Blocker[]> => Promise.resolve([]);

/** What is in the way of the action, the operation's own state aside, which is the command's to judge. */
export const operationBlockers = (
  _db: Db,
  _about: Readonly<{ order: WorkOrder; operation: Operation }>,
  _action: OperationAction,
  _who: Who | null,
  _context: Context,
): Promise<Blocker[]> => Promise.resolve([]);
