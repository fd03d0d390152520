/** What a plant decided for itself, and what holds when it decided nothing. Pure. */

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
