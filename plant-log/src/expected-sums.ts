/** What the orders must show, computed straight from the rows, without the plan that the import follows. Pure. */
import { rowKey, type LogRow } from './read-log.ts';

export type Sums = Readonly<{ good: number; scrap: number; rework: number }>;
export type OrderSums = Readonly<{
  /** Good pieces of the last operation; scrap and rework of all. */
  total: Sums;
  operations: ReadonlyMap<string, Sums>;
}>;

const nothing: Sums = { good: 0, scrap: 0, rework: 0 };

/** By work order. All rows say which operation is the last; only the accepted ones count. */
export function expectedSums(
  rows: readonly LogRow[],
  acceptedRowKeys: ReadonlySet<string>,
): ReadonlyMap<string, OrderSums> {
  const orders = new Map<string, Map<string, Sums>>();
  const inTime = rows.toSorted((a, b) => a.ended_at.localeCompare(b.ended_at) || a.line - b.line);
  for (const row of inTime) {
    const operations = orders.get(row.work_order) ?? new Map<string, Sums>();
    orders.set(row.work_order, operations);
    const sums = operations.get(row.operation) ?? nothing;
    operations.set(row.operation, acceptedRowKeys.has(rowKey(row)) ? add(sums, row) : sums);
  }
  return new Map(
    [...orders].map(([workOrder, operations]) => {
      const all = [...operations.values()];
      const total = {
        good: all.at(-1)!.good,
        scrap: all.reduce((sum, each) => sum + each.scrap, 0),
        rework: all.reduce((sum, each) => sum + each.rework, 0),
      };
      return [workOrder, { total, operations }];
    }),
  );
}

const add = (sums: Sums, row: LogRow): Sums => ({
  good: sums.good + (row.rework === 'N' ? Number(row.qty_completed) : 0),
  rework: sums.rework + (row.rework === 'Y' ? Number(row.qty_completed) : 0),
  scrap: sums.scrap + Number(row.qty_for_mrb),
});
