/** What a plant decided for itself, and what holds when it decided nothing. Pure. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';

/** What happens when a limit is passed: refused, accepted with a warning, or not looked at. */
export type ConflictMode = 'BLOCK' | 'WARN' | 'ALLOW';

export type PlantPolicies = Readonly<{
  /** More good pieces than ordered: the percentage is the plant's overproductionPercent; a quantity takes its place. */
  overproduction: Readonly<{ mode: 'BLOCK' | 'WARN' | 'APPROVE'; percent: string; quantity: string | null }>;
  /** More pieces than the operations before have made. */
  predecessor: ConflictMode;
  /** More reports at one time than a station can run jobs. */
  stationOverlap: ConflictMode;
  /** Starting a job at a station that runs as many as it can. */
  occupiedStation: ConflictMode;
  /** Starting an order whose material is not all there. */
  materialShortage: ConflictMode;
  /** Which reports count only after somebody else approved them. */
  reportApproval: 'NONE' | 'CORRECTIONS' | 'ALL';
  /** Taking more from a place than it holds. Back-flush never refuses: the piece exists. */
  negativeStock: ConflictMode;
  /** Using a lot after its expiry. */
  expiredLot: ConflictMode;
  /** How lots that orders make are numbered; null when the plant does not number them. */
  lotNumber: Readonly<{ assignedAt: 'RELEASE' | 'START'; pattern: string }> | null;
}>;

/** The policies with the version that a change must name. */
export type DecidedPolicies = Readonly<{ factoryId: string; version: number; policies: PlantPolicies }>;

/** What is left out stays; null takes away the quantity or the numbering rule. The percentage belongs to the plant. */
export type PolicyChange = Partial<Omit<PlantPolicies, 'overproduction'>> &
  Readonly<{ overproduction?: Partial<Omit<PlantPolicies['overproduction'], 'percent'>> | undefined }>;

export function changePolicies(
  known: DecidedPolicies,
  change: PolicyChange,
): Decision<DecidedPolicies, never, 'BAD_QUANTITY'> {
  const quantity = change.overproduction?.quantity;
  if (quantity != null && new Decimal(quantity).lt(0)) return refuse('BAD_QUANTITY');
  const before = known.policies;
  const overproduction = { ...before.overproduction, ...change.overproduction };
  const policies = inOrder({ ...before, ...change, overproduction });
  if (JSON.stringify(policies) === JSON.stringify(inOrder(before))) return accept(known);
  return accept({ ...known, version: known.version + 1, policies });
}

// Rows and requests name the same things in another order.
const inOrder = (policies: PlantPolicies): PlantPolicies => ({
  overproduction: {
    mode: policies.overproduction.mode,
    percent: policies.overproduction.percent,
    quantity:
      policies.overproduction.quantity === null ? null : new Decimal(policies.overproduction.quantity).toFixed(),
  },
  predecessor: policies.predecessor,
  stationOverlap: policies.stationOverlap,
  occupiedStation: policies.occupiedStation,
  materialShortage: policies.materialShortage,
  reportApproval: policies.reportApproval,
  negativeStock: policies.negativeStock,
  expiredLot: policies.expiredLot,
  lotNumber: policies.lotNumber && { assignedAt: policies.lotNumber.assignedAt, pattern: policies.lotNumber.pattern },
});

export const defaultPolicies = (overproductionPercent: string): PlantPolicies => ({
  overproduction: { mode: 'BLOCK', percent: overproductionPercent, quantity: null },
  predecessor: 'BLOCK',
  stationOverlap: 'WARN',
  occupiedStation: 'WARN',
  materialShortage: 'BLOCK',
  reportApproval: 'NONE',
  negativeStock: 'BLOCK',
  expiredLot: 'BLOCK',
  lotNumber: null,
});
