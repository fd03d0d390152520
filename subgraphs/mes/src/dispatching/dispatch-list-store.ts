import type { Db } from '../database.ts';
import { Prisma } from '../generated/prisma/client.ts';

/** Whose work is listed. */
export type Place =
  | Readonly<{ stationId: string; factoryId: string; equipmentClass: string | null }>
  | Readonly<{ factoryId: string; equipmentClass: string }>;

/** Where an operation stands in the list: what it is sorted by, and its id. */
export type ListKey = Readonly<{
  rank: number;
  priority: number;
  due: number;
  planned: string;
  sequence: number;
  number: string;
  id: string;
}>;

export type ListPage = Readonly<{ first: number; after: ListKey | null }>;

const open = Prisma.sql`o.status IN ('PENDING', 'IN_PROGRESS', 'PAUSED')`;

// A branch for each way into the list, so that each has its index.
function waysInto(place: Place): Prisma.Sql {
  const { factoryId, equipmentClass } = place;
  const unplaced = Prisma.sql`
    SELECT o.* FROM work_order_operations o
     WHERE o.factory_id = ${factoryId} AND o.equipment_class = ${equipmentClass} AND o.station_id IS NULL AND ${open}`;
  if ('stationId' in place) {
    const placed = Prisma.sql`
      SELECT o.* FROM work_order_operations o WHERE o.station_id = ${place.stationId}::uuid AND ${open}`;
    return equipmentClass === null ? placed : Prisma.sql`${placed} UNION ALL ${unplaced}`;
  }
  return Prisma.sql`
    ${unplaced} UNION ALL
    SELECT o.* FROM stations s JOIN work_order_operations o ON o.station_id = s.id
     WHERE s.factory_id = ${factoryId} AND s.equipment_class = ${equipmentClass} AND ${open}`;
}

/** In the order in which work is to be done; a row beyond `first` only tells that there is more. */
export async function pageOfDispatchList(db: Db, place: Place, { first, after }: ListPage): Promise<ListKey[]> {
  const later = after
    ? Prisma.sql`
        WHERE (rank, priority, due, planned, sequence, number, id) >
              (${after.rank}::int, ${after.priority}::int, ${after.due}::int, ${after.planned}::bigint,
               ${after.sequence}::int, ${after.number}::text, ${after.id}::uuid)`
    : Prisma.empty;
  return db.$queryRaw<ListKey[]>`
    WITH open AS (${waysInto(place)}),
    listed AS (
      SELECT CASE o.status WHEN 'IN_PROGRESS' THEN 0 WHEN 'PAUSED' THEN 1 ELSE 2 END AS rank, w.priority,
             coalesce(w.due_date - DATE '2000-01-01', 2147483647) AS due,
             coalesce((extract(epoch FROM o.planned_start_at) * 1000)::bigint, 9223372036854775807) AS planned,
             o.sequence, w.number, o.id
        FROM open o JOIN work_orders w ON w.id = o.work_order_id
       WHERE w.status IN ('RELEASED', 'IN_PROGRESS'))
    SELECT rank, priority, due, planned::text, sequence, number, id::text
      FROM listed ${later}
     ORDER BY listed.rank, listed.priority, listed.due, listed.planned, listed.sequence, listed.number, listed.id
     LIMIT ${first + 1}`;
}
