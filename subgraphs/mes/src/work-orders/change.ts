/** The way of every command on one order: load, decide, save, tell, and write it to the audit trail. */
import type { Fact } from '@enghub/event-contracts/fact';
import { audit } from '@enghub/subgraph-kit/audit';
import type { Decision } from '@enghub/subgraph-kit/decision';
import { fault } from '@enghub/subgraph-kit/fault';
import { isId } from '@enghub/subgraph-kit/ids';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import type { WorkOrderRefusalCode } from '../generated/graphql.ts';
import { orderBlockers, type OrderAction } from '../readiness/commands.ts';
import { recordStale } from '../report-conflicts/commands.ts';
import { isNote } from '../text-rules.ts';
import { refusing, type OrderRefusal } from './refusals.ts';
import type { WorkOrder } from './rules.ts';
import * as store from './store.ts';
import type { OrderWithPolicies } from './store.ts';

export type CommandInput = Readonly<{ id: string; version: number }>;
export type Outcome = Decision<WorkOrder, Fact, OrderRefusal>;
type Decided = Decision<WorkOrder, Fact, WorkOrderRefusalCode | OrderRefusal>;

export type Change = Readonly<{
  /** The mutation that the audit trail names. */
  command: string;
  decide: (order: OrderWithPolicies, by: string, at: Date, tx: Db) => Decided | Promise<Decided>;
  /** What must not be in the way; nothing is looked at when the order's own state forbids it. */
  action?: OrderAction;
  /** Materials that the order takes with this change; what blocks one of them is in the way too. */
  uses?: readonly string[];
  /** In the same transaction, once the order is saved; may give the order with what came of it. */
  alsoSave?: (tx: Db, order: OrderWithPolicies) => Promise<Partial<OrderWithPolicies> | void>;
  reason?: string | null;
}>;

/** The version is what people conflict on; the row lock only keeps reports still meanwhile. */
export async function change({ id, version }: CommandInput, context: Context, how: Change): Promise<Outcome> {
  if (!isId(id)) return refusing('NOT_FOUND');
  return context.transaction(async (tx) => {
    const order = await store.loadForChange(tx, id);
    if (!order) return refusing('NOT_FOUND');
    if (order.version !== version) return stale(context, order);
    return applyChange(tx, context, order, how);
  });
}

/** Refuses because somebody else changed the order in the meantime, and keeps that for those who look into it. */
export function stale(context: Context, order: WorkOrder, requestId: string | null = null) {
  recordStale(context, order, { requestId });
  return refusing('STALE_VERSION');
}

/** The same for an order that this transaction has loaded for change. */
export async function applyChange(
  tx: Db,
  context: Context,
  order: OrderWithPolicies,
  { command, decide, action, uses, alsoSave, reason }: Change,
): Promise<Outcome> {
  const decision = await decide(order, context.claims.userId, context.now(), tx);
  if (!decision.ok) return refusing(decision.refusal);
  // Nothing was asked for that is not so already.
  if (decision.state === order) return { ok: true, state: order, events: [] };
  const blockers = action ? await orderBlockers(tx, order, action, context, uses) : [];
  if (blockers.length > 0) return refusing({ code: 'BLOCKED', blockers });

  const saved = await store.saveOrder(tx, { ...order, ...decision.state });
  if (!saved) return refusing('STALE_VERSION');
  const also = await alsoSave?.(tx, saved);
  const state = { ...saved, ...also };
  await auditOrder(tx, context, { command, before: order, after: state, reason });
  await publish(tx, context, { factoryId: order.factoryId, aggregateId: order.id }, decision.events);
  return { ok: true, state, events: decision.events };
}

type Entry = Readonly<{
  command: string;
  before: WorkOrder | null;
  after: WorkOrder | null;
  reason?: string | null | undefined;
  /** What else changed, beside the order's own fields. */
  alsoBefore?: object;
  alsoAfter?: object;
}>;

/** Of a change, the trail keeps the fields that differ. */
export function auditOrder(tx: Db, context: Context, entry: Entry): Promise<void> {
  const { command, before, after, reason, alsoBefore, alsoAfter } = entry;
  const { id: entityId, factoryId } = (after ?? before)!;
  const about = { command, factoryId, entity: 'WorkOrder', entityId, reason };
  if (!before || !after) return audit(tx, context, { ...about, before, after });
  const changed = (Object.keys(after) as (keyof WorkOrder)[]).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  const only = (order: WorkOrder) => Object.fromEntries(changed.map((name) => [name, order[name]]));
  return audit(tx, context, {
    ...about,
    before: { ...only(before), ...alsoBefore },
    after: { ...only(after), ...alsoAfter },
  });
}

/** The schema has no refusal for a note that nobody could read anyway. */
export function noteOf(field: string, text: string | null | undefined): string | null {
  if (text != null && !isNote(text)) throw fault('BAD_USER_INPUT', `${field} may have at most 1,000 characters.`);
  return text ?? null;
}
