import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import { defaultPolicies, type DecidedPolicies, type PlantPolicies } from './rules.ts';

type Row = Pick<Prisma.FactoryModel, 'id' | 'overproductionPercent' | 'policies' | 'policiesVersion'>;

const columns = { id: true, overproductionPercent: true, policies: true, policiesVersion: true } as const;

/** The policies in force; null when there is no such plant. */
export async function findPolicies(db: Db, factoryId: string): Promise<PlantPolicies | null> {
  const [decided] = await findDecided(db, [factoryId]);
  return decided?.policies ?? null;
}

export async function findDecided(db: Db, factoryIds: readonly string[]): Promise<DecidedPolicies[]> {
  const rows = await db.factory.findMany({ where: { id: { in: [...factoryIds] } }, select: columns });
  return rows.map(toDecided);
}

/** False when somebody else changed them meanwhile. */
export async function savePolicies(tx: Db, { factoryId, version, policies }: DecidedPolicies): Promise<boolean> {
  const { percent: _percent, ...overproduction } = policies.overproduction;
  const { count } = await tx.factory.updateMany({
    where: { id: factoryId, policiesVersion: version - 1 },
    data: { policies: { ...policies, overproduction }, policiesVersion: version },
  });
  return count === 1;
}

function toDecided({ id, overproductionPercent, policies, policiesVersion }: Row): DecidedPolicies {
  const defaults = defaultPolicies(overproductionPercent.toFixed());
  const decided = policies as Partial<PlantPolicies>;
  const overproduction = { ...defaults.overproduction, ...decided.overproduction };
  return { factoryId: id, version: policiesVersion, policies: { ...defaults, ...decided, overproduction } };
}
