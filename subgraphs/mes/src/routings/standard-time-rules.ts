/** What work takes by the standard. Pure. */
import { Decimal } from 'decimal.js';
import { predecessorsOf, type Dependent } from './dependency-rules.ts';

export type StandardTimes = Readonly<{
  setupSeconds: string | null;
  runSecondsPerPiece: string | null;
  runSecondsPerBatch: string | null;
  batchQuantity: string | null;
}>;

/** Run time of a quantity: whole batches where the operation works in batches, pieces otherwise. Null when unknown. */
export function runSeconds(times: StandardTimes, quantity: string): string | null {
  const pieces = Decimal.max(0, quantity);
  if (times.runSecondsPerBatch !== null && times.batchQuantity !== null) {
    return pieces.div(times.batchQuantity).ceil().times(times.runSecondsPerBatch).toFixed();
  }
  return times.runSecondsPerPiece === null ? null : pieces.times(times.runSecondsPerPiece).toFixed();
}

/** Set-up and run time of a quantity; what has no standard time counts as nothing. */
export const standardSeconds = (times: StandardTimes, quantity: string): string =>
  new Decimal(times.setupSeconds ?? 0).plus(runSeconds(times, quantity) ?? 0).toFixed();

export type StandardTime = Readonly<{
  setupSeconds: string;
  runSeconds: string;
  totalSeconds: string;
  criticalPathSeconds: string;
}>;

/** All operations for a quantity. The critical path is the longest way of whole operations that wait for each other. */
export function standardTimeOf(operations: readonly (StandardTimes & Dependent)[], quantity: string): StandardTime {
  const sum = (numbers: readonly string[]) => numbers.reduce((total, number) => total.plus(number), new Decimal(0));
  const setup = sum(operations.map(({ setupSeconds }) => setupSeconds ?? '0'));
  const run = sum(operations.map((operation) => runSeconds(operation, quantity) ?? '0'));

  const predecessors = predecessorsOf(operations);
  const known = new Map(operations.map((operation) => [operation.sequence, operation]));
  const ends = new Map<number, Decimal>();
  function endOf(sequence: number): Decimal {
    const remembered = ends.get(sequence);
    if (remembered) return remembered;
    // One that runs beside another needs only its start, yet cannot end before it has worked itself.
    const { after, with: beside } = predecessors.get(sequence)!;
    const starts = [new Decimal(0), ...after.map(endOf), ...beside.map(startOf)];
    const end = Decimal.max(...starts).plus(standardSeconds(known.get(sequence)!, quantity));
    ends.set(sequence, end);
    return end;
  }
  const startOf = (sequence: number): Decimal => endOf(sequence).minus(standardSeconds(known.get(sequence)!, quantity));

  return {
    setupSeconds: setup.toFixed(),
    runSeconds: run.toFixed(),
    totalSeconds: setup.plus(run).toFixed(),
    criticalPathSeconds: Decimal.max(0, ...operations.map(({ sequence }) => endOf(sequence))).toFixed(),
  };
}
