import type { OutboxEvent } from '@enghub/messaging/outbox';
import { isId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { TimePage } from '../time-cursor.ts';
import type { Reading } from './counter-rules.ts';
import { readWarning, type Held, type OperationFacts, type ProductionReport, type TimeEvent } from './rules.ts';

/** A report on its way to report_production: checked by the rules, with its events written out. */
export type PreparedReport = Readonly<{
  factoryId: string;
  /** Null when the caller booked the request itself. */
  requestId: string | null;
  bodyHash: string;
  report: ProductionReport;
  /** The version of the plant's calendar that gave the report to its shift. */
  calendarVersion: number;
  counter: Readonly<{ id: string; remembered: boolean }> | null;
  /** Somebody else has approved it: it waits no more. */
  approved: boolean;
  /** For the audit trail: the mutation's field name, and whose it is. */
  command: string;
  by: Readonly<{ auditId: string; userId: string; origin: string | null; traceId: string }>;
  events: readonly OutboxEvent[];
}>;

/** What report_production answers. */
export type ReportAnswer = Readonly<
  (
    | { outcome: 'ACCEPTED'; reportId: string; warnings?: readonly string[] }
    | { outcome: 'AWAITING'; reportId: string }
    | { outcome: 'REPLAYED'; reportId: string; awaitingId?: undefined }
    | { outcome: 'REPLAYED'; awaitingId: string; reportId?: undefined }
    | ({ outcome: 'REFUSED' } & Held)
    | { outcome: 'REUSED' | 'NOT_FOUND' | 'CALENDAR_CHANGED' | 'COUNTER_MOVED' | 'AGAIN' }
  ) & { materials: readonly string[] }
>;

/** The hot path: one statement, however many reports. */
export async function sendReports(db: Db, prepared: readonly PreparedReport[]): Promise<readonly ReportAnswer[]> {
  try {
    return await callReportProduction(db, prepared);
  } catch (error) {
    if (sqlState(error) !== NO_PARTITION) throw error;
    await ensurePartitions(
      db,
      prepared.map(({ report }) => report.endedAt),
    );
    return callReportProduction(db, prepared);
  }
}

export async function ensurePartitions(db: Db, times: readonly Date[]): Promise<void> {
  for (const month of new Set(times.map((at) => `${at.toISOString().slice(0, 7)}-01`))) {
    await db.$executeRaw`
      SELECT ensure_month_partitions('production_reports', ${month}::date, ${month}::date)`;
  }
}

/** For a transaction that goes on: there is no second try inside of it, so its month must have a partition. */
export async function callReportProduction(
  db: Db,
  prepared: readonly PreparedReport[],
): Promise<readonly ReportAnswer[]> {
  const rows = JSON.stringify(prepared.map(toRow));
  const [row] = await db.$queryRaw<{ result: { answers: ReportAnswer[]; materials: string[] } }[]>`
    SELECT report_production(${rows}::jsonb) AS result`;
  const { answers, materials } = row!.result;
  return answers.map((answer) => ({ ...answer, materials }));
}

const NO_PARTITION = '23514';
// Violations and conversions spoil a statement, deadlocks pass; when nobody answers, asking again does not help.
const ONE_ROW_FAULT = /^(22|23|40|42|P0)/;

export const isFaultOfOneRow = (error: unknown): boolean => ONE_ROW_FAULT.test(sqlState(error) ?? '');

function sqlState(error: unknown): string | undefined {
  const { meta } = error as { meta?: { code?: string; driverAdapterError?: { cause?: { originalCode?: string } } } };
  return meta?.driverAdapterError?.cause?.originalCode ?? meta?.code;
}

const toRow = ({ report, by, counter, ...prepared }: PreparedReport) => ({
  request_id: prepared.requestId,
  body_hash: prepared.bodyHash,
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
  ...(report.sentBackTo === null ? {} : { sent_back: report.sentBackQuantity, sent_back_to: report.sentBackTo }),
  ...(report.correctionOf === null
    ? {}
    : { correction_of: report.correctionOf, correction_reason: report.correctionReason }),
  ...(counter && {
    counter_id: counter.id,
    counter_from: report.counterFrom,
    counter_to: report.counterTo,
    counter_remembered: counter.remembered,
  }),
  ...(prepared.approved && { approved: true }),
  started_at: report.startedAt,
  operator_id: report.operatorId,
  reported_by: report.reportedBy,
  created_at: report.recordedAt,
  calendar_version: prepared.calendarVersion,
  audit_id: by.auditId,
  user_id: by.userId,
  origin: by.origin,
  trace_id: by.traceId,
  command: prepared.command,
  events: prepared.events,
});

export async function findFacts(db: Db, operationIds: readonly string[]): Promise<OperationFacts[]> {
  const ids = operationIds.filter(isId);
  if (ids.length === 0) return [];
  const rows = await db.workOrderOperation.findMany({ where: { id: { in: ids } }, include: { workOrder: true } });
  return rows.map((row) => ({
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
  }));
}

/** The last readings of counters, by operation, station and counter. */
export async function findReading(
  db: Db,
  key: Readonly<{ operationId: string; stationId: string; counterId: string }>,
): Promise<Reading | null> {
  const row = await db.counterReading.findUnique({ where: { operationId_stationId_counterId: key } });
  return row && { reading: row.reading.toFixed(), readAt: row.readAt };
}

/** Report ids are made at the instant when the work ended, so each id says in which partition to look. */
export async function findReports(db: Db, ids: readonly string[]): Promise<ProductionReport[]> {
  const times = [...new Set(ids.map(timeOf))].map((time) => new Date(time));
  const rows = await db.productionReport.findMany({ where: { id: { in: [...ids] }, reportTime: { in: times } } });
  return rows.map(toReport);
}

const timeOf = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16);

/** The corrections of reports, oldest first; they lie in the partitions of what they correct. */
export async function findCorrections(db: Db, reportIds: readonly string[]): Promise<ProductionReport[]> {
  const times = [...new Set(reportIds.map(timeOf))].map((time) => new Date(time));
  const rows = await db.productionReport.findMany({
    where: { correctionOf: { in: [...reportIds] }, reportTime: { in: times } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });
  return rows.map(toReport);
}

/** One page of each order, latest first, in one query; a row beyond `first` only tells that there is more. */
export async function pagesOfReports(
  db: Db,
  workOrderIds: readonly string[],
  { first, before }: TimePage,
): Promise<ProductionReport[]> {
  const orders = [...workOrderIds];
  // Two statements, for a condition that may be absent would not tell the planner which months it can leave out. The
  // order's age is no bound: work of years ago is reported on orders of today.
  const found = before
    ? await db.$queryRaw<{ id: string }[]>`
        SELECT page.id::text AS id
          FROM unnest(${orders}::uuid[]) AS work_order(id),
               LATERAL (SELECT r.id FROM production_reports r
                         WHERE r.work_order_id = work_order.id AND r.report_time <= ${before.at}::timestamptz
                           AND (r.report_time, r.id) < (${before.at}::timestamptz, ${before.id}::uuid)
                         ORDER BY r.report_time DESC, r.id DESC LIMIT ${first + 1}) AS page`
    : await db.$queryRaw<{ id: string }[]>`
        SELECT page.id::text AS id
          FROM unnest(${orders}::uuid[]) AS work_order(id),
               LATERAL (SELECT r.id FROM production_reports r
                         WHERE r.work_order_id = work_order.id
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
  sentBackQuantity: row.sentBackQuantity.toFixed(),
  sentBackTo: row.sentBackTo,
  counterFrom: row.counterFrom?.toFixed() ?? null,
  counterTo: row.counterTo?.toFixed() ?? null,
  startedAt: row.startedAt,
  endedAt: row.reportTime,
  shiftDate: row.shiftDate.toISOString().slice(0, 10),
  shift: row.shift,
  recordedAt: row.createdAt,
  correctionOf: row.correctionOf,
  correctionReason: row.correctionReason,
  warnings: row.warnings.map(readWarning),
});

/** What request ids were answered, of those that were used before. */
export async function findAnswers(
  db: Db,
  tenantId: string,
  requestIds: readonly string[],
): Promise<ReadonlyMap<string, Readonly<{ bodyHash: string; answer: { reportId?: string; awaitingId?: string } }>>> {
  const rows = await db.$queryRaw<
    { request_id: string; body_hash: string; answer: { reportId?: string; awaitingId?: string } }[]
  >`
    SELECT request_id, body_hash, answer FROM requests
     WHERE tenant_id = ${tenantId} AND request_id = ANY (${[...requestIds]}::text[])`;
  return new Map(rows.map((row) => [row.request_id, { bodyHash: row.body_hash, answer: row.answer }]));
}

/** Keeps the order's reports still until the transaction ends. */
export async function lockOrder(tx: Db, orderId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM work_orders WHERE id = ${orderId}::uuid FOR NO KEY UPDATE`;
}
