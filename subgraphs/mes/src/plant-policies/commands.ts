import { audit } from '@enghub/subgraph-kit/audit';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { refusePattern } from '../lot-numbers/commands.ts';
import * as rules from './rules.ts';
import type { DecidedPolicies, PlantPolicies, PolicyChange } from './rules.ts';
import * as store from './store.ts';

export type { ConflictMode, PlantPolicies } from './rules.ts';

/** The policies in force; null when there is no such plant. */
export const findPolicies = (db: Db, factoryId: string): Promise<PlantPolicies | null> =>
  store.findPolicies(db, factoryId);

type Refusal = 'FACTORY_NOT_FOUND' | 'STALE_VERSION' | 'BAD_QUANTITY' | 'BAD_LOT_PATTERN';

/** Orders that were released keep the policies of their release. */
export async function definePolicies(
  { factoryId, version, change }: { factoryId: string; version: number | null; change: PolicyChange },
  context: Context,
): Promise<Decision<DecidedPolicies, never, Refusal>> {
  const { claims, transaction } = context;
  if (!claims.factoryIds.includes(factoryId)) return refuse('FACTORY_NOT_FOUND');
  if (change.lotNumber && refusePattern(change.lotNumber.pattern)) return refuse('BAD_LOT_PATTERN');
  return transaction(async (tx) => {
    const [known] = await store.findDecided(tx, [factoryId]);
    if (!known) return refuse('FACTORY_NOT_FOUND');
    if (version !== null && version !== known.version) return refuse('STALE_VERSION');
    const decision = rules.changePolicies(known, change);
    if (!decision.ok || decision.state === known) return decision;
    if (!(await store.savePolicies(tx, decision.state))) return refuse('STALE_VERSION');
    await audit(tx, context, {
      command: 'definePlantPolicies',
      factoryId,
      entity: 'PlantPolicies',
      entityId: factoryId,
      before: known.policies,
      after: decision.state.policies,
    });
    return decision;
  });
}
