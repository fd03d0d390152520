import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { define, mostSpecific, type InspectionPlan, type InspectionTrigger, type PlanRefusal } from './rules.ts';
import * as store from './store.ts';

export type CommandRefusal = 'FACTORY_NOT_FOUND';

type DefineInput = Readonly<{
  factoryId: string;
  operationName?: string | null | undefined;
  productId?: string | null | undefined;
  trigger: InspectionTrigger;
  everyPieces?: string | null | undefined;
}>;

/** Defines or replaces a plan. Plants live in MES: here a plant exists for those who may see it. */
export async function defineInspectionPlan(
  input: DefineInput,
  { claims, db, now }: Context,
): Promise<Decision<InspectionPlan, never, PlanRefusal | CommandRefusal>> {
  if (!claims.factoryIds.includes(input.factoryId)) return refuse('FACTORY_NOT_FOUND');

  const decision = define({
    id: newId(),
    factoryId: input.factoryId,
    operationName: input.operationName ?? null,
    productId: input.productId ?? null,
    trigger: input.trigger,
    everyPieces: input.everyPieces ?? null,
  });
  if (!decision.ok) return decision;

  const by = { tenantId: claims.tenantId, userId: claims.userId, at: now() };
  return { ...decision, state: await store.save(db, decision.state, by) };
}

/** The plan that applies to what was made; null when the plant planned nothing for it. */
export async function planFor(
  tx: Db,
  made: Readonly<{ factoryId: string; operationName: string; productId: string }>,
): Promise<InspectionPlan | null> {
  return mostSpecific(await store.plansOf(tx, made.factoryId, made), made);
}
