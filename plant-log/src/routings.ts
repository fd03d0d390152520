/** Routings and standard times as the log shows them. Pure. */
import { nameCodes, productIdOf } from './codes.ts';
import type { LogRow } from './read-log.ts';

export type PlannedRouting = Readonly<{
  code: string;
  productId: string;
  operations: readonly PlannedOperation[];
}>;

export type PlannedOperation = Readonly<{
  sequence: number;
  name: string;
  stationCode: string;
  setupSeconds?: string;
  runSecondsPerPiece?: string;
}>;

/**
 * One routing for each part and way through the plant: an order's distinct operations as they first appear.
 * Ways are numbered in the order in which the log first shows them. Rows come in time order.
 */
export function deriveRoutings(
  rows: readonly LogRow[],
  stationCodes: ReadonlyMap<string, string>,
): Readonly<{ routings: readonly PlannedRouting[]; routingOf: ReadonlyMap<string, PlannedRouting> }> {
  const partCodes = nameCodes(rows.map((row) => row.part));
  const usualMachine = mostFrequentMachines(rows);
  const setup = mediansByWork(
    rows.filter((row) => row.report_type === 'SETUP'),
    seconds,
  );
  const run = mediansByWork(
    rows.filter((row) => row.report_type === 'PRODUCTION' && row.rework === 'N' && Number(row.qty_completed) > 0),
    (row) => seconds(row) / Number(row.qty_completed),
  );

  const ways = new Map<string, { part: string; operations: string[] }>();
  for (const row of rows) {
    const way = ways.get(row.work_order) ?? { part: row.part, operations: [] };
    if (!way.operations.includes(row.operation)) way.operations.push(row.operation);
    ways.set(row.work_order, way);
  }

  const known = new Map<string, PlannedRouting>();
  const waysOfPart = new Map<string, number>();
  const routingOf = new Map<string, PlannedRouting>();
  for (const [workOrder, { part, operations }] of ways) {
    const key = JSON.stringify([part, operations]);
    let routing = known.get(key);
    if (!routing) {
      const number = (waysOfPart.get(part) ?? 0) + 1;
      waysOfPart.set(part, number);
      const partCode = partCodes.get(part)!;
      routing = {
        code: `${partCode}-${number}`,
        productId: productIdOf(partCode),
        operations: operations.map((name, index) => ({
          sequence: (index + 1) * 10,
          name,
          stationCode: stationCodes.get(usualMachine.get(name)!)!,
          ...time('setupSeconds', setup.get(work({ part, operation: name }))),
          ...time('runSecondsPerPiece', run.get(work({ part, operation: name }))),
        })),
      };
      known.set(key, routing);
    }
    routingOf.set(workOrder, routing);
  }
  return { routings: [...known.values()], routingOf };
}

const work = (row: Pick<LogRow, 'part' | 'operation'>): string => JSON.stringify([row.part, row.operation]);

const seconds = (row: LogRow): number => (Date.parse(`${row.ended_at}Z`) - Date.parse(`${row.started_at}Z`)) / 1000;

const time = <Name extends string>(name: Name, value: number | undefined) =>
  (value === undefined ? {} : { [name]: String(Math.round(value * 1e4) / 1e4) }) as { readonly [key in Name]?: string };

/** A row that starts and ends in the same minute says nothing about time, so it does not vote. */
function mediansByWork(rows: readonly LogRow[], measure: (row: LogRow) => number): ReadonlyMap<string, number> {
  const values = new Map<string, number[]>();
  for (const row of rows) {
    if (seconds(row) > 0) values.set(work(row), [...(values.get(work(row)) ?? []), measure(row)]);
  }
  return new Map([...values].map(([key, own]) => [key, median(own)]));
}

/** Of an even number of values, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Of machines that are equally frequent, the first by name. */
function mostFrequentMachines(rows: readonly LogRow[]): ReadonlyMap<string, string> {
  const counts = new Map<string, Map<string, number>>();
  for (const { operation, machine } of rows) {
    const own = counts.get(operation) ?? new Map<string, number>();
    counts.set(operation, own.set(machine, (own.get(machine) ?? 0) + 1));
  }
  return new Map(
    [...counts].map(([operation, own]) => [
      operation,
      [...own].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]![0],
    ]),
  );
}
