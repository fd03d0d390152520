import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { AwaitingReport, ProductionReport } from './rules.ts';

/** How many reports of the order nobody has decided on yet. */
export const countAwaiting = (db: Db, workOrderId: string): Promise<number> =>
  db.reportAwaitingApproval.count({ where: { workOrderId, status: 'AWAITING' } });

export async function findAwaiting(db: Db, ids: readonly string[]): Promise<AwaitingReport[]> {
  return (await db.reportAwaitingApproval.findMany({ where: { id: { in: [...ids] } } })).map(toAwaiting);
}

/** The row that was handed to report_production, as it kept it. */
type Row = Readonly<{
  id: string;
  report_time: string;
  operation_id: string;
  station_id: string | null;
  shift_date: string;
  shift: string;
  good: string;
  scrap: string;
  scrap_reason: string | null;
  rework: string;
  sent_back?: string;
  sent_back_to?: string;
  correction_of?: string;
  correction_reason?: string;
  counter_id?: string;
  counter_from?: string;
  counter_to?: string;
  counter_remembered?: boolean;
  started_at: string | null;
  operator_id: string;
  reported_by: string;
  created_at: string;
}>;

const toAwaiting = (kept: Prisma.ReportAwaitingApprovalModel): AwaitingReport => {
  const row = kept.report as Row;
  return {
    id: kept.id,
    factoryId: kept.factoryId,
    status: kept.status as AwaitingReport['status'],
    cause: kept.cause as AwaitingReport['cause'],
    report: toReport(row, kept.workOrderId),
    counter: row.counter_id === undefined ? null : { id: row.counter_id, remembered: row.counter_remembered === true },
    createdAt: kept.createdAt,
    decidedBy: kept.decidedBy,
    decidedAt: kept.decidedAt,
    decisionReason: kept.decisionReason,
    version: kept.version,
  };
};

const toReport = (row: Row, workOrderId: string): ProductionReport => ({
  id: row.id,
  workOrderId,
  operationId: row.operation_id,
  stationId: row.station_id,
  operatorId: row.operator_id,
  reportedBy: row.reported_by,
  goodQuantity: row.good,
  scrapQuantity: row.scrap,
  scrapReason: row.scrap_reason,
  reworkQuantity: row.rework,
  sentBackQuantity: row.sent_back ?? '0',
  sentBackTo: row.sent_back_to ?? null,
  counterFrom: row.counter_from ?? null,
  counterTo: row.counter_to ?? null,
  startedAt: row.started_at === null ? null : new Date(row.started_at),
  endedAt: new Date(row.report_time),
  shiftDate: row.shift_date,
  shift: row.shift,
  recordedAt: new Date(row.created_at),
  correctionOf: row.correction_of ?? null,
  correctionReason: row.correction_reason ?? null,
  warnings: [],
});
