import type { Db } from '../database.ts';
import { defaultPolicies, type PlantPolicies } from './rules.ts';

/** The policies in force; null when there is no such plant. */
export async function findPolicies(db: Db, factoryId: string): Promise<PlantPolicies | null> {
  const row = await db.factory.findFirst({
    where: { id: factoryId },
    select: { overproductionPercent: true, policies: true },
  });
  if (!row) return null;
  const defaults = defaultPolicies(row.overproductionPercent.toFixed());
  const decided = row.policies as Partial<PlantPolicies>;
  return { ...defaults, ...decided, overproduction: { ...defaults.overproduction, ...decided.overproduction } };
}
