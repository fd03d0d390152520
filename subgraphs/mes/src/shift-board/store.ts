import type { Db } from '../database.ts';
import type { BoardOf, LineSums } from './rules.ts';

type Row = Readonly<{
  work_order_id: string;
  operation_id: string;
  good: string;
  scrap: string;
  rework: string;
  reports: number;
  last_reported_at: Date;
  last_operator: string;
}>;

/** Sums of report rows, latest report first. A shift lies within two days of its date in any zone: no other partitions. */
export async function sumLines(db: Db, { stationId, shiftDate, shift }: BoardOf): Promise<LineSums[]> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT work_order_id::text AS work_order_id, operation_id::text AS operation_id,
           sum(good_quantity)::text AS good, sum(scrap_quantity)::text AS scrap, sum(rework_quantity)::text AS rework,
           count(*)::integer AS reports, max(report_time) AS last_reported_at,
           (array_agg(operator_id ORDER BY report_time DESC, id DESC))[1] AS last_operator
      FROM production_reports
     WHERE station_id = ${stationId}::uuid AND shift_date = ${shiftDate}::date AND shift = ${shift}
       AND report_time >= ${shiftDate}::date - interval '2 days' AND report_time < ${shiftDate}::date + interval '4 days'
     GROUP BY production_reports.work_order_id, production_reports.operation_id
     ORDER BY max(report_time) DESC, max(id::text) DESC`;
  return rows.map((row) => ({
    workOrderId: row.work_order_id,
    operationId: row.operation_id,
    goodQuantity: row.good,
    scrapQuantity: row.scrap,
    reworkQuantity: row.rework,
    reportCount: row.reports,
    lastReportedAt: row.last_reported_at,
    lastOperatorId: row.last_operator,
  }));
}
