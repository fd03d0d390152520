import type { DefectReported } from '@enghub/event-contracts/mes/defect-reported.v1';
import type { Db } from '../database.ts';
import type { TypeCount } from './rules.ts';

/** Keeps a defect once; makes the partition of its plant if this is the first one. */
export async function add(
  tx: Db,
  place: Readonly<{ id: string; tenantId: string; factoryId: string }>,
  defect: DefectReported,
): Promise<void> {
  await tx.$executeRaw`SELECT ensure_defect_partition(${place.factoryId})`;
  await tx.defect.createMany({
    data: [
      {
        ...place,
        reportId: defect.report_id,
        workOrderId: defect.work_order_id,
        operationId: defect.operation_id,
        operationName: defect.operation_name,
        productId: defect.product_id,
        defectType: defect.defect_type,
        quantity: defect.quantity,
        disposition: defect.disposition,
        stationId: defect.station_id,
        shiftDate: new Date(`${defect.shift_date}T00:00:00Z`),
        shift: defect.shift,
        producedBy: defect.produced_by,
        reportTime: new Date(defect.report_time),
      },
    ],
    skipDuplicates: true,
  });
}

/** Quantities and reports by defect type, of reports and their corrections in the half-open period. */
export async function countByType(db: Db, factoryId: string, from: Date, to: Date): Promise<TypeCount[]> {
  const rows = await db.$queryRaw<{ defect_type: string; quantity: { toFixed(): string }; reports: number }[]>`
    SELECT defect_type, sum(quantity) AS quantity, count(DISTINCT report_id) FILTER (WHERE quantity > 0)::int AS reports
    FROM defects
    WHERE factory_id = ${factoryId} AND report_time >= ${from} AND report_time < ${to}
    GROUP BY defect_type HAVING sum(quantity) > 0`;
  return rows.map((row) => ({
    defectType: row.defect_type,
    quantity: row.quantity.toFixed(),
    reportCount: row.reports,
  }));
}
