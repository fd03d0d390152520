import type { Db } from '../database.ts';
import type { Figures, ReportFacts, TimeFacts } from './rules.ts';

export type CompletionReport = Figures &
  Readonly<{ workOrderId: string; factoryId: string; version: number; computedAt: Date }>;

/** The latest version of each order's report. */
export async function findLatest(db: Db, workOrderIds: readonly string[]): Promise<CompletionReport[]> {
  const rows = await db.completionReport.findMany({
    where: { workOrderId: { in: [...workOrderIds] } },
    orderBy: [{ workOrderId: 'asc' }, { version: 'desc' }],
    distinct: ['workOrderId'],
  });
  return rows.map(({ workOrderId, factoryId, version, computedAt, figures }) => ({
    ...(figures as unknown as Figures),
    workOrderId,
    factoryId,
    version,
    computedAt,
  }));
}

export async function insertReport(
  tx: Db,
  tenantId: string,
  { workOrderId, factoryId, version, computedAt, ...figures }: CompletionReport,
): Promise<void> {
  await tx.completionReport.createMany({
    data: [{ workOrderId, factoryId, version, computedAt, tenantId, figures: figures as object }],
  });
}

/** What the reports of an order say, by operation. */
export async function reportFacts(db: Db, orderId: string): Promise<ReportFacts[]> {
  return db.$queryRaw<ReportFacts[]>`
    WITH reports AS MATERIALIZED (
      SELECT operation_id, station_id, correction_of, started_at, report_time, scrap_reason, scrap_quantity
        FROM production_reports WHERE work_order_id = ${orderId}::uuid
    ), busy AS (
      SELECT operation_id, sum(extract(epoch FROM upper(span) - lower(span))) AS seconds
        FROM (SELECT operation_id, unnest(range_agg(tstzrange(started_at, report_time))) AS span
                FROM reports WHERE started_at < report_time GROUP BY operation_id, station_id) AS spans
       GROUP BY operation_id
    ), scrap AS (
      SELECT operation_id,
             json_agg(json_build_object('reason', scrap_reason, 'quantity', trim_scale(quantity)::text)
                      ORDER BY quantity DESC, scrap_reason) AS reasons
        FROM (SELECT operation_id, scrap_reason, sum(scrap_quantity) AS quantity
                FROM reports WHERE scrap_reason IS NOT NULL
               GROUP BY operation_id, scrap_reason HAVING sum(scrap_quantity) > 0) AS sums
       GROUP BY operation_id
    )
    SELECT r.operation_id::text AS "operationId",
           (count(*) FILTER (WHERE r.correction_of IS NULL))::integer AS "reportCount",
           min(coalesce(r.started_at, r.report_time)) AS "firstAt", max(r.report_time) AS "lastAt",
           coalesce(trim_scale((SELECT seconds FROM busy WHERE busy.operation_id = r.operation_id)), 0)::text AS "busySeconds",
           coalesce((SELECT reasons FROM scrap WHERE scrap.operation_id = r.operation_id), '[]') AS "scrapReasons"
      FROM reports r GROUP BY r.operation_id`;
}

/** Set-up and running that somebody wrote down, by operation. */
export async function timeEventFacts(db: Db, orderId: string): Promise<TimeFacts[]> {
  return db.$queryRaw<TimeFacts[]>`
    SELECT operation_id::text AS "operationId", 'TIME_EVENT' AS source,
           CASE kind WHEN 'SETUP' THEN 'SETUP' ELSE 'LABOUR' END AS kind,
           trim_scale(sum(extract(epoch FROM ended_at - started_at)))::text AS seconds
      FROM time_events
     WHERE operation_id IN (SELECT id FROM work_order_operations WHERE work_order_id = ${orderId}::uuid)
       AND kind IN ('SETUP', 'RUN')
     GROUP BY 1, 3`;
}
