import type { Fact } from '@enghub/event-contracts/fact';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { fault } from '@enghub/subgraph-kit/fault';
import { isId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { publish } from '@enghub/subgraph-kit/publish';
import { findFactory } from '../stations/commands.ts';
import { isNote } from '../text-rules.ts';
import * as rules from './rules.ts';
import type { HoldCause, WorkOrder } from './rules.ts';
import * as store from './store.ts';

export type { Operation, WorkOrder } from './rules.ts';

type Refusal = 'NOT_FOUND' | 'STALE_VERSION' | 'ILLEGAL_TRANSITION' | 'HAS_REPORTS';
export type Outcome = Decision<WorkOrder, Fact, Refusal>;
export type CommandInput = Readonly<{ id: string; version: number }>;

/** Hands a planned order to the floor. How much may be reported is fixed now, by the plant's present allowance. */
export const releaseWorkOrder = (input: CommandInput, context: Context): Promise<Outcome> =>
  change(input, context, rules.release, async (tx, order) => {
    const factory = await findFactory(tx, order.factoryId);
    const limit = rules.goodLimit(order.quantity, factory!.overproductionPercent);
    await store.fixGoodLimit(tx, order.id, limit);
  });

export const startWorkOrder = (input: CommandInput, context: Context): Promise<Outcome> =>
  change(input, context, rules.start);

export function holdWorkOrder(
  input: CommandInput & { cause: HoldCause; note?: string | null | undefined },
  context: Context,
): Promise<Outcome> {
  const why = { cause: input.cause, note: noteOf('note', input.note) };
  return change(input, context, (order, by, at) => rules.hold(order, why, by, at));
}

export const resumeWorkOrder = (input: CommandInput, context: Context): Promise<Outcome> =>
  change(input, context, rules.resume);

export const completeWorkOrder = (input: CommandInput, context: Context): Promise<Outcome> =>
  change(input, context, rules.complete);

export const closeWorkOrder = (input: CommandInput, context: Context): Promise<Outcome> =>
  change(input, context, rules.close);

export function cancelWorkOrder(
  input: CommandInput & { reason?: string | null | undefined },
  context: Context,
): Promise<Outcome> {
  const reason = noteOf('reason', input.reason);
  return change(input, context, (order, by, at) => rules.cancel(order, reason, by, at));
}

export const remainingQuantity = (order: WorkOrder): string => rules.remaining(order);

type Decide = (order: WorkOrder, by: string, at: Date) => Decision<WorkOrder, Fact, Refusal>;

/** Load, decide, save. The version is what people conflict on; the row lock only keeps reports still meanwhile. */
async function change(
  { id, version }: CommandInput,
  context: Context,
  decide: Decide,
  alsoSave?: (tx: Db, order: WorkOrder) => Promise<void>,
): Promise<Outcome> {
  if (!isId(id)) return refuse('NOT_FOUND');
  return context.transaction(async (tx) => {
    const order = await store.loadForChange(tx, id);
    if (!order) return refuse('NOT_FOUND');
    if (order.version !== version) return refuse('STALE_VERSION');
    const decision = decide(order, context.claims.userId, context.now());
    if (!decision.ok) return decision;

    const saved = await store.saveStep(tx, decision.state);
    if (!saved) return refuse('STALE_VERSION');
    await alsoSave?.(tx, saved);
    await publish(tx, context, { factoryId: order.factoryId, aggregateId: order.id }, decision.events);
    return { ...decision, state: saved };
  });
}

/** The schema has no refusal for a note that nobody could read anyway. */
export function noteOf(field: string, text: string | null | undefined): string | null {
  if (text != null && !isNote(text)) throw fault('BAD_USER_INPUT', `${field} may have at most 1,000 characters.`);
  return text ?? null;
}
