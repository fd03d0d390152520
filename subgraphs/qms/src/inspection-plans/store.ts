import { isId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import type { InspectionPlan as Row } from '../generated/prisma/client.ts';
import type { InspectionPlan, InspectionTrigger } from './rules.ts';

// An empty text is "every one": unlike NULLs, two of them are equal to a unique index.
const EVERY = '';

/** The plans of a plant; with `made`, only those that could fit. */
export async function plansOf(
  db: Db,
  factoryId: string,
  made?: Readonly<{ operationName: string; productId: string }>,
): Promise<InspectionPlan[]> {
  const fitting = made && {
    operationName: { in: [EVERY, made.operationName] },
    productId: { in: [EVERY, made.productId] },
  };
  const rows = await db.inspectionPlan.findMany({
    where: { factoryId, ...fitting },
    orderBy: [{ operationName: 'asc' }, { productId: 'asc' }],
  });
  return rows.map(planOf);
}

/** In the order of the ids; null for what is not there. */
export async function findMany(db: Db, ids: readonly string[]): Promise<(InspectionPlan | null)[]> {
  const rows = await db.inspectionPlan.findMany({ where: { id: { in: ids.filter(isId) } } });
  const plans = new Map(rows.map((row) => [row.id, planOf(row)]));
  return ids.map((id) => plans.get(id.toLowerCase()) ?? null);
}

/** Puts the plan in the place of the one for the same operation name and product, which keeps its id. */
export async function save(
  db: Db,
  plan: InspectionPlan,
  by: Readonly<{ tenantId: string; userId: string; at: Date }>,
): Promise<InspectionPlan> {
  const place = {
    tenantId: by.tenantId,
    factoryId: plan.factoryId,
    operationName: plan.operationName ?? EVERY,
    productId: plan.productId ?? EVERY,
  };
  const said = { trigger: plan.trigger, everyPieces: plan.everyPieces, definedBy: by.userId, definedAt: by.at };
  const row = await db.inspectionPlan.upsert({
    where: { tenantId_factoryId_operationName_productId: place },
    create: { id: plan.id, ...place, ...said },
    update: said,
  });
  return planOf(row);
}

function planOf(row: Row): InspectionPlan {
  return {
    id: row.id,
    factoryId: row.factoryId,
    operationName: row.operationName || null,
    productId: row.productId || null,
    trigger: row.trigger as InspectionTrigger,
    everyPieces: row.everyPieces?.toFixed() ?? null,
  };
}
