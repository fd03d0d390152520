import type { OutboxEvent } from '@enghub/messaging/outbox';
import { isId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { TimePage } from '../time-cursor.ts';
import type { OperationFacts, ProductionReport, TimeEvent } from './rules.ts';

/** A report on its way to report_production: checked by the rules, with its events written out. */
export type PreparedReport = Readonly<{
  requestId: string;
  bodyHash: string;
  report: ProductionReport;
  /** The version of the plant's calendar that gave the report to its shift. */
  calendarVersion: number;
  events: readonly OutboxEvent[];
}>;

/** What report_production answers. */
export type ReportAnswer = Readonly<
  | { outcome: 'ACCEPTED' | 'REPLAYED'; reportId: string }
  | { outcome: 'REFUSED'; status: string; good: string; limit: string }
  | { outcome: 'REUSED' | 'NOT_FOUND' | 'CALENDAR_CHANGED' | 'AGAIN' }
>;

/** The hot path: one statement, however many reports. */
export async function sendReports(db: Db, prepared: readonly PreparedReport[]): Promise<readonly ReportAnswer[]> {
  const rows = JSON.stringify(prepared.map(toRow));
  try {
    return await callReportProduction(db, rows);
  } catch (error) {
    if (sqlState(error) !== NO_PARTITION) throw error;
    for (const month of new Set(prepared.map(({ report }) => `${report.endedAt.toISOString().slice(0, 7)}-01`))) {
      await db.$executeRaw`
        SELECT ensure_month_partitions('production_reports', ${month}::date, ${month}::date)`;
    }
    return callReportProduction(db, rows);
  }
}

async function callReportProduction(db: Db, rows: string): Promise<readonly ReportAnswer[]> {
  const [row] = await db.$queryRaw<{ answers: ReportAnswer[] }[]>`
    SELECT report_production(${rows}::jsonb) AS answers`;
  return row!.answers;
}

const NO_PARTITION = '23514';
// Violations and conversions spoil a statement, deadlocks pass; when nobody answers, asking again does not help.
const ONE_ROW_FAULT = /^(22|23|40|42|P0)/;

export const isFaultOfOneRow = (error: unknown): boolean => ONE_ROW_FAULT.test(sqlState(error) ?? '');

function sqlState(error: unknown): string | undefined {
  const { meta } = error as { meta?: { code?: string; driverAdapterError?: { cause?: { originalCode?: string } } } };
  return meta?.driverAdapterError?.cause?.originalCode ?? meta?.code;
}

const toRow = ({ requestId, bodyHash, report, calendarVersion, events }: PreparedReport) => ({
  request_id: requestId,
  body_hash: bodyHash,
  id: report.id,
  report_time: report.endedAt,
  operation_id: report.operationId,
  station_id: report.stationId,
  shift_date: report.shiftDate,
  shift: report.shift,
  good: report.goodQuantity,
  scrap: report.scrapQuantity,
  scrap_reason: report.scrapReason,
  rework: report.reworkQuantity,
  started_at: report.startedAt,
  operator_id: report.operatorId,
  reported_by: report.reportedBy,
  created_at: report.recordedAt,
  calendar_version: calendarVersion,
  events,
});

export async function findFacts(db: Db, operationId: string): Promise<OperationFacts | null> {
  if (!isId(operationId)) return null;
  const row = await db.workOrderOperation.findFirst({ where: { id: operationId }, include: { workOrder: true } });
  return (
    row && {
      operationId: row.id,
      sequence: row.sequence,
      name: row.name,
      stationId: row.stationId,
      runSecondsPerPiece: row.runSecondsPerPiece?.toFixed() ?? null,
      workOrderId: row.workOrderId,
      workOrderNumber: row.workOrder.number,
      productId: row.workOrder.productId,
      unit: row.workOrder.unit,
      factoryId: row.factoryId,
    }
  );
}

/** Report ids are made at the instant when the work ended, so each id says in which partition to look. */
export async function findReports(db: Db, ids: readonly string[]): Promise<ProductionReport[]> {
  const times = [...new Set(ids.map(timeOf))].map((time) => new Date(time));
  const rows = await db.productionReport.findMany({ where: { id: { in: [...ids] }, reportTime: { in: times } } });
  return rows.map(toReport);
}

const timeOf = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16);

/** One page of each order, latest first, in one query; a row beyond `first` only tells that there is more. */
export async function pagesOfReports(
  db: Db,
  workOrderIds: readonly string[],
  { first, before }: TimePage,
): Promise<ProductionReport[]> {
  const found = await db.$queryRaw<{ id: string }[]>`
    SELECT page.id::text AS id
      FROM unnest(${[...workOrderIds]}::uuid[]) AS work_order(id),
           LATERAL (SELECT r.id, r.report_time FROM production_reports r
                     WHERE r.work_order_id = work_order.id
                       AND (${before?.at ?? null}::timestamptz IS NULL
                            OR (r.report_time, r.id) < (${before?.at ?? null}::timestamptz, ${before?.id ?? null}::uuid))
                     ORDER BY r.report_time DESC, r.id DESC LIMIT ${first + 1}) AS page`;
  const reports = await findReports(
    db,
    found.map(({ id }) => id),
  );
  return reports.sort((a, b) => b.endedAt.getTime() - a.endedAt.getTime() || (a.id < b.id ? 1 : -1));
}

export async function insertTimeEvent(
  tx: Db,
  event: TimeEvent,
  about: { tenantId: string; factoryId: string; recordedBy: string; at: Date },
): Promise<void> {
  const { at, ...owner } = about;
  const shiftDate = new Date(event.shiftDate);
  await tx.timeEvent.createMany({ data: [{ ...event, ...owner, shiftDate, createdAt: at }] });
}

export async function findTimeEvent(db: Db, id: string): Promise<TimeEvent | null> {
  const row = await db.timeEvent.findFirst({ where: { id } });
  return row && { ...row, kind: row.kind as TimeEvent['kind'], shiftDate: row.shiftDate.toISOString().slice(0, 10) };
}

const toReport = (row: Prisma.ProductionReportModel): ProductionReport => ({
  id: row.id,
  workOrderId: row.workOrderId,
  operationId: row.operationId,
  stationId: row.stationId,
  operatorId: row.operatorId,
  reportedBy: row.reportedBy,
  goodQuantity: row.goodQuantity.toFixed(),
  scrapQuantity: row.scrapQuantity.toFixed(),
  scrapReason: row.scrapReason,
  reworkQuantity: row.reworkQuantity.toFixed(),
  startedAt: row.startedAt,
  endedAt: row.reportTime,
  shiftDate: row.shiftDate.toISOString().slice(0, 10),
  shift: row.shift,
  recordedAt: row.createdAt,
});
