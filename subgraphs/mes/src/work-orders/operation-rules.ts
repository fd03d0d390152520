/** The operations of a new order. Pure. */
import type { Operation } from './rules.ts';

/** An operation as a routing has it; what it waits for is named by sequence. */
export type RoutingStep = Readonly<{
  sequence: number;
  name: string;
  stationId: string | null;
  setupSeconds: string | null;
  runSecondsPerPiece: string | null;
  runSecondsPerBatch: string | null;
  batchQuantity: string | null;
  after: readonly number[];
  with: readonly number[];
  transferQuantity: string | null;
  equipmentClass: string | null;
  requiredSkills: readonly string[];
  materialIds: readonly string[];
}>;

/** Copies a routing's operations, in sequence, for one order; the one with the highest sequence is the last. */
export function newOperations(
  workOrderId: string,
  steps: readonly RoutingStep[],
  goodLimit: string,
  newId: () => string,
): Operation[] {
  const sorted = [...steps].sort((a, b) => a.sequence - b.sequence);
  const ids = new Map(sorted.map(({ sequence }) => [sequence, newId()]));
  const idsOf = (sequences: readonly number[]) => sequences.map((sequence) => ids.get(sequence)!);
  return sorted.map((step, at) => {
    const { after, with: beside, ...rest } = step;
    return {
      ...rest,
      ...untouched,
      id: ids.get(step.sequence)!,
      workOrderId,
      isLast: at === sorted.length - 1,
      afterIds: idsOf(after),
      withIds: idsOf(beside),
      goodLimit,
    };
  });
}

/** Nothing has happened at it. */
export const untouched = {
  status: 'PENDING',
  overproductionMode: 'BLOCK',
  predecessorMode: 'WARN',
  plannedStartAt: null,
  plannedEndAt: null,
  startedAt: null,
  finishedAt: null,
  goodQuantity: '0',
  scrapQuantity: '0',
  reworkQuantity: '0',
  sentBackQuantity: '0',
  returnedQuantity: '0',
  carriedQuantity: '0',
} as const;
