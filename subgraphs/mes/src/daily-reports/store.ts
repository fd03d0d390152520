import type { PageRequest } from '@enghub/subgraph-kit/pages';
import type { Db } from '../database.ts';
import type { Cell, DailyReport, DailyReportRow, Figures, Group } from './rules.ts';

/** Stands for reports that name no station. */
const NOWHERE = '00000000-0000-0000-0000-000000000000';

/** Marks a cell; recomputes it too, unless that was done less than a second ago. */
export async function countCell(tx: Db, { factoryId, day, stationId, productId, unit }: Cell): Promise<void> {
  await tx.$executeRaw`
    SELECT count_daily_production(${factoryId}, ${day}::date, ${stationId ?? NOWHERE}::uuid, ${productId}, ${unit},
                                  interval '1 second')`;
}

/** Every cell that an order's reports are in, in the order in which everybody locks them. */
export async function countCellsOfOrder(tx: Db, workOrderId: string): Promise<void> {
  await tx.$executeRaw`
    SELECT count_daily_production(factory_id, shift_date, station_id, product_id, unit, interval '1 second')
      FROM (SELECT DISTINCT r.factory_id, r.shift_date, coalesce(r.station_id, ${NOWHERE}::uuid) AS station_id,
                   w.product_id, w.unit
              FROM production_reports r JOIN work_orders w ON w.id = r.work_order_id
             WHERE r.work_order_id = ${workOrderId}::uuid
             ORDER BY 1, 2, 3, 4, 5 OFFSET 0) AS cells`;
}

type MarkedCell = Readonly<{ day: string; stationId: string; productId: string; unit: string }>;

/** Recomputes what was marked and not recomputed since: mostly nothing, or the last second of somebody's reports. */
export async function catchUp(db: Db, { factoryId, from, to }: DailyReport): Promise<void> {
  const marked = await db.$queryRaw<MarkedCell[]>`
    SELECT day::text AS day, station_id::text AS "stationId", product_id AS "productId", unit
      FROM daily_production_marks
     WHERE factory_id = ${factoryId} AND day BETWEEN ${from}::date AND ${to}::date
     ORDER BY 1, 2, 3, 4`;
  for (const { day, stationId, productId, unit } of marked) {
    await db.$executeRaw`
      SELECT recompute_daily_production(${factoryId}, ${day}::date, ${stationId}::uuid, ${productId}, ${unit})`;
  }
}

/** Recomputes all of a day, also what no longer has any report; answers how many cells that were. */
export async function rebuildDay(tx: Db, factoryId: string, day: string): Promise<number> {
  return tx.$executeRaw`
    SELECT recompute_daily_production(${factoryId}, ${day}::date, station_id, product_id, unit)
      FROM (SELECT coalesce(r.station_id, ${NOWHERE}::uuid) AS station_id, w.product_id, w.unit
              FROM production_reports r JOIN work_orders w ON w.id = r.work_order_id
             WHERE r.factory_id = ${factoryId} AND r.shift_date = ${day}::date
               AND r.report_time >= ${day}::date - interval '2 days' AND r.report_time < ${day}::date + interval '4 days'
               AND (r.station_id IS NULL OR r.station_id IN (SELECT s.id FROM stations s WHERE s.factory_id = ${factoryId}))
             UNION
            SELECT station_id, product_id, unit FROM daily_production WHERE factory_id = ${factoryId} AND day = ${day}::date
             UNION
            SELECT station_id, product_id, unit FROM daily_production_marks
             WHERE factory_id = ${factoryId} AND day = ${day}::date
             ORDER BY 1, 2, 3 OFFSET 0) AS cells`;
}

type RowOf = Figures & Readonly<{ day: string; line: string; station: string; product: string }>;

/** By day, line, station, product and unit; one more than asked for tells that there is more. */
export async function pageOfRows(db: Db, of: DailyReport, { first, after }: PageRequest): Promise<DailyReportRow[]> {
  const by = (group: Group) => of.groupBy.includes(group);
  const [day, line, station, product, unit] = after ?? ['0001-01-01', '', '', '', ''];
  const rows = await db.$queryRaw<RowOf[]>`
    SELECT * FROM (
      SELECT day::text AS day, CASE WHEN ${by('LINE')} THEN coalesce(line_id::text, '') ELSE '' END AS line,
             CASE WHEN ${by('STATION')} THEN station_id::text ELSE '' END AS station,
             CASE WHEN ${by('PRODUCT')} THEN product_id ELSE '' END AS product, unit,
             sum(good_quantity)::text AS "goodQuantity", sum(scrap_quantity)::text AS "scrapQuantity",
             sum(rework_quantity)::text AS "reworkQuantity", sum(report_count)::integer AS "reportCount"
        FROM daily_production
       WHERE factory_id = ${of.factoryId} AND day BETWEEN ${of.from}::date AND ${of.to}::date
       GROUP BY 1, 2, 3, 4, 5) AS rows
     WHERE (day, line, station, product, unit) > (${day}, ${line}, ${station}, ${product}, ${unit})
     ORDER BY day, line, station, product, unit LIMIT ${first + 1}`;
  return rows.map(({ line: lineId, station: stationId, product: productId, ...row }) => ({
    ...row,
    lineId: lineId || null,
    stationId: stationId && stationId !== NOWHERE ? stationId : null,
    productId: productId || null,
  }));
}

/** What stands in a cursor; the same texts as the rows are sorted by. */
export const keyOf = (of: DailyReport, row: DailyReportRow): readonly string[] => [
  row.day,
  row.lineId ?? '',
  row.stationId ?? (of.groupBy.includes('STATION') ? NOWHERE : ''),
  row.productId ?? '',
  row.unit,
];

export async function totalsOf(db: Db, { factoryId, from, to }: DailyReport): Promise<Figures[]> {
  return db.$queryRaw<Figures[]>`
    SELECT unit, sum(good_quantity)::text AS "goodQuantity", sum(scrap_quantity)::text AS "scrapQuantity",
           sum(rework_quantity)::text AS "reworkQuantity", sum(report_count)::integer AS "reportCount"
      FROM daily_production
     WHERE factory_id = ${factoryId} AND day BETWEEN ${from}::date AND ${to}::date
     GROUP BY unit ORDER BY unit`;
}
