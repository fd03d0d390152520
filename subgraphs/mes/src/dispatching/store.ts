import { isId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import type { Dispatched } from './rules.ts';

/** What dispatching knows of operations. */
export async function findDispatched(db: Db, ids: readonly string[]): Promise<Dispatched[]> {
  const wellFormed = ids.filter(isId);
  return db.$queryRaw<Dispatched[]>`
    SELECT id::text, work_order_id::text AS "workOrderId", sequence, station_id::text AS "stationId",
           equipment_class AS "equipmentClass", status, version, planned_start_at AS "plannedStartAt",
           planned_end_at AS "plannedEndAt", started_at AS "startedAt", finished_at AS "finishedAt",
           trim_scale(good_quantity)::text AS "goodQuantity", trim_scale(scrap_quantity)::text AS "scrapQuantity",
           trim_scale(rework_quantity)::text AS "reworkQuantity"
      FROM work_order_operations WHERE id = ANY(${wellFormed}::uuid[])`;
}

/** Saves what a step changed and moves the version; false when somebody else moved it first. */
export async function saveDispatched(tx: Db, operation: Dispatched): Promise<boolean> {
  const { id, version, status, stationId, plannedStartAt, plannedEndAt, startedAt, finishedAt } = operation;
  const { count } = await tx.workOrderOperation.updateMany({
    where: { id, version },
    data: {
      status,
      stationId,
      plannedStartAt,
      plannedEndAt,
      startedAt,
      finishedAt,
      version: version + 1,
    },
  });
  return count === 1;
}
