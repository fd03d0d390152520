import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { CapacityRule } from './rules.ts';

export async function findRules(db: Db, stationIds: readonly string[]): Promise<CapacityRule[]> {
  const rows = await db.stationCapacity.findMany({
    where: { stationId: { in: [...stationIds] } },
    orderBy: [{ validFrom: 'asc' }, { shift: 'asc' }],
  });
  return rows.map(toRule);
}

export async function saveRule(tx: Db, tenantId: string, factoryId: string, rule: CapacityRule): Promise<CapacityRule> {
  const { id, stationId, jobs, efficiencyPercent } = rule;
  const key = { stationId, shift: rule.shift ?? '', validFrom: new Date(rule.validFrom) };
  const row = await tx.stationCapacity.upsert({
    where: { stationId_shift_validFrom: key },
    create: { id, tenantId, factoryId, ...key, jobs, efficiencyPercent },
    update: { jobs, efficiencyPercent },
  });
  return toRule(row);
}

export type OpenOperation = Readonly<{
  plannedStartAt: Date | null;
  hasBegun: boolean;
  ordered: string;
  good: string;
  setupSeconds: string | null;
  runSecondsPerPiece: string | null;
  runSecondsPerBatch: string | null;
  batchQuantity: string | null;
}>;

/** Unfinished operations of a station that are planned to start within an interval, or not planned at all. */
export function findOpenOperations(
  db: Db,
  stationId: string,
  { from, to }: { from: Date; to: Date },
): Promise<OpenOperation[]> {
  return db.$queryRaw<OpenOperation[]>`
    SELECT o.planned_start_at AS "plannedStartAt", o.status <> 'PENDING' AS "hasBegun", w.quantity::text AS ordered,
           o.good_quantity::text AS good, o.setup_seconds::text AS "setupSeconds",
           o.run_seconds_per_piece::text AS "runSecondsPerPiece", o.run_seconds_per_batch::text AS "runSecondsPerBatch",
           o.batch_quantity::text AS "batchQuantity"
      FROM work_order_operations o JOIN work_orders w ON w.id = o.work_order_id
     WHERE o.station_id = ${stationId}::uuid
       AND (o.planned_start_at IS NULL OR (o.planned_start_at >= ${from} AND o.planned_start_at < ${to}))
       AND o.status IN ('PENDING', 'IN_PROGRESS', 'PAUSED')
       AND w.status IN ('PLANNED', 'RELEASED', 'IN_PROGRESS', 'HELD')`;
}

const toRule = (row: Prisma.StationCapacityModel): CapacityRule => ({
  id: row.id,
  stationId: row.stationId,
  shift: row.shift === '' ? null : row.shift,
  validFrom: row.validFrom.toISOString().slice(0, 10),
  jobs: row.jobs,
  efficiencyPercent: row.efficiencyPercent.toFixed(),
});
