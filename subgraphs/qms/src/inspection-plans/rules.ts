/** When an in-process inspection is due, as the plant planned it. Pure. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';

/** A null operation name or product id stands for every one of the plant. */
export type InspectionPlan = Readonly<{
  id: string;
  factoryId: string;
  operationName: string | null;
  productId: string | null;
  trigger: InspectionTrigger;
  everyPieces: string | null;
}>;

export type InspectionTrigger = 'EVERY_REPORT' | 'EVERY_N_PIECES';

export type PlanRefusal = 'BAD_INTERVAL' | 'BAD_NAME';

const MAX_NAME = 100;

/** Checks a plan before it replaces the one for the same operation name and product. */
export function define(plan: InspectionPlan): Decision<InspectionPlan, never, PlanRefusal> {
  if (![plan.operationName, plan.productId].every(isName)) return refuse('BAD_NAME');
  if (plan.trigger === 'EVERY_REPORT') return accept({ ...plan, everyPieces: null });
  if (plan.everyPieces === null || new Decimal(plan.everyPieces).lte(0)) return refuse('BAD_INTERVAL');
  return accept(plan);
}

/** Of the plans that fit, the one that says most: product and operation, then operation, then product, then plant. */
export function mostSpecific(
  plans: readonly InspectionPlan[],
  made: Readonly<{ operationName: string; productId: string }>,
): InspectionPlan | null {
  const fitting = plans.filter(
    (plan) => fits(plan.operationName, made.operationName) && fits(plan.productId, made.productId),
  );
  return fitting.reduce<InspectionPlan | null>(
    (best, plan) => (best === null || weight(plan) > weight(best) ? plan : best),
    null,
  );
}

const fits = (wanted: string | null, found: string) => wanted === null || wanted === found;

const weight = (plan: InspectionPlan) => (plan.operationName === null ? 0 : 2) + (plan.productId === null ? 0 : 1);

// PostgreSQL keeps no NUL in text, and nobody can read the other control characters.
// eslint-disable-next-line no-control-regex
const UNREADABLE = /[\u0000-\u001f\u007f]/;

function isName(name: string | null): boolean {
  return name === null || (name.trim() !== '' && name.length <= MAX_NAME && !UNREADABLE.test(name));
}
