/** From the rows of a log to what is to be told to the graph. Pure. */
import { createHash } from 'node:crypto';
import { nameCodes } from './codes.ts';
import { plant } from './plant.ts';
import { toInstant } from './plant-time.ts';
import { rowKey, type LogRow } from './read-log.ts';
import { deriveRoutings, type PlannedRouting } from './routings.ts';

export type PlannedStation = Readonly<{ code: string; name: string }>;
export type PlannedInspectionPlan =
  | Readonly<{ operationName: string; trigger: 'EVERY_REPORT' }>
  | Readonly<{ operationName: null; trigger: 'EVERY_N_PIECES'; everyPieces: string }>;

export type PlannedOrder = Readonly<{
  number: string;
  requestId: string;
  productId: string;
  routingCode: string;
  quantity: string;
  rows: readonly RowStep[];
}>;

/** What one row says: time spent, pieces made, or both. */
export type RowStep = Readonly<{
  row: LogRow;
  key: string;
  stationCode: string;
  requestId: string;
  time: Readonly<{ kind: 'SETUP' | 'RUN' | 'BREAK' }> | null;
  pieces: Readonly<{
    goodQuantity: string;
    scrapQuantity: string;
    scrapReason?: string;
    reworkQuantity: string;
    /** False where the interval is told as a time event, so that no time counts twice. */
    withStart: boolean;
  }> | null;
  startedAt: Date;
  endedAt: Date;
}>;

export type Plan = Readonly<{
  stations: readonly PlannedStation[];
  routings: readonly PlannedRouting[];
  inspectionPlans: readonly PlannedInspectionPlan[];
  /** In the order in which their first rows end. */
  orders: readonly PlannedOrder[];
}>;

/** `suffix` sets the orders of a replay apart from those of the log. */
export function planLog(rows: readonly LogRow[], suffix = ''): Plan {
  const inTime = inTimeOrder(rows);
  const stationCodes = nameCodes(rows.map((row) => row.machine));
  const { routings, routingOf } = deriveRoutings(inTime, stationCodes);

  const byOrder = new Map<string, LogRow[]>();
  for (const row of inTime) byOrder.set(row.work_order, [...(byOrder.get(row.work_order) ?? []), row]);

  return {
    stations: [...stationCodes].map(([name, code]) => ({ code, name })),
    routings,
    inspectionPlans: planInspections(rows),
    orders: [...byOrder].map(([workOrder, own]): PlannedOrder => {
      const number = `${workOrder}${suffix}`;
      const routing = routingOf.get(workOrder)!;
      const quantity = own[0]!.order_qty;
      return {
        number,
        requestId: requestId([number, routing.code, quantity]),
        productId: routing.productId,
        routingCode: routing.code,
        quantity,
        rows: own.map((row) => planRow(row, number, stationCodes.get(row.machine)!)),
      };
    }),
  };
}

/** By the end of the work; rows that end together keep the order of the file. */
export const inTimeOrder = (rows: readonly LogRow[]): readonly LogRow[] =>
  rows.toSorted((a, b) => (a.ended_at < b.ended_at ? -1 : a.ended_at > b.ended_at ? 1 : a.line - b.line));

export function planRow(row: LogRow, orderNumber: string, stationCode: string): RowStep {
  const pieces = Number(row.qty_completed) > 0 || Number(row.qty_for_mrb) > 0;
  const working = row.report_type === 'PRODUCTION';
  const { line: _, ...content } = row;
  return {
    row,
    key: rowKey(row),
    stationCode,
    requestId: requestId([orderNumber, ...Object.values(content)]),
    time: working ? (pieces ? null : { kind: 'RUN' }) : { kind: row.report_type },
    pieces: pieces
      ? {
          goodQuantity: row.rework === 'N' ? row.qty_completed : '0',
          reworkQuantity: row.rework === 'Y' ? row.qty_completed : '0',
          scrapQuantity: row.qty_for_mrb,
          // The plant's material review board decides what becomes of them; here they are out of the count.
          ...(Number(row.qty_for_mrb) > 0 ? { scrapReason: 'MRB' } : {}),
          withStart: working,
        }
      : null,
    startedAt: toInstant(row.started_at, plant.timeZone),
    endedAt: toInstant(row.ended_at, plant.timeZone),
  };
}

function planInspections(rows: readonly LogRow[]): readonly PlannedInspectionPlan[] {
  const checks = [...new Set(rows.map((row) => row.operation))].filter((name) => name.includes(plant.qualityCheck));
  return [
    ...checks.sort().map((operationName) => ({ operationName, trigger: 'EVERY_REPORT' }) as const),
    { operationName: null, trigger: 'EVERY_N_PIECES', everyPieces: plant.inspectEveryPieces },
  ];
}

/** The same content makes the same id in every run, so that sending it again adds nothing. */
export const requestId = (content: readonly string[]): string =>
  `log:${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 40)}`;
