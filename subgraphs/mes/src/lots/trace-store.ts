import type { Db } from '../database.ts';
import { findPortions } from './activity-store.ts';
import type { Walk } from './trace-rules.ts';

const MOST_LOTS = 10_000;

/** Both directions, or one, in one statement. */
export async function walk(
  db: Db,
  start: string,
  ways: Readonly<{ forward: boolean; backward: boolean }>,
  depth: number,
): Promise<Readonly<{ forward: Walk | null; backward: Walk | null }>> {
  const [row] = await db.$queryRaw<{ forward: Walk | null; backward: Walk | null }[]>`
    SELECT CASE WHEN ${ways.forward} THEN trace_lots(${start}::uuid, true, ${depth}::integer, ${MOST_LOTS}::integer) END AS forward,
           CASE WHEN ${ways.backward} THEN trace_lots(${start}::uuid, false, ${depth}::integer, ${MOST_LOTS}::integer) END AS backward`;
  return row!;
}

/** The orders that made one of the lots or consumed of it, newest first. */
export async function findOrderIds(db: Db, lotIds: readonly string[], open: boolean): Promise<string[]> {
  const ids = [...lotIds];
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT w.id::text
      FROM work_orders w
     WHERE w.id IN (
             SELECT work_order_id FROM lots WHERE id = ANY(${ids}::uuid[])
             UNION SELECT work_order_id FROM stock_movements WHERE lot_id = ANY(${ids}::uuid[])
             UNION SELECT a.work_order_id FROM lot_activity_lots l JOIN lot_activities a ON a.id = l.activity_id
                    WHERE l.lot_id = ANY(${ids}::uuid[]))
       AND (NOT ${open} OR w.status IN ('DRAFT', 'PLANNED', 'RELEASED', 'IN_PROGRESS', 'HELD'))
     ORDER BY w.created_at DESC, w.id DESC`;
  return rows.map(({ id }) => id);
}

export type TracedStock = Readonly<{ lotId: string; quantity: string; locationId: string | null }>;

/** What is on hand of the lots, by place; what no place holds comes last. */
export async function findStock(db: Db, lotIds: readonly string[]): Promise<TracedStock[]> {
  const portions = await findPortions(db, lotIds);
  return portions.sort((a, b) => compare(a.locationId ?? '~', b.locationId ?? '~') || compare(a.lotId, b.lotId));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export type TracedShipment = Readonly<{
  reference: string | null;
  customerId: string | null;
  lotId: string;
  quantity: string;
  at: Date;
}>;

/** What left the plant, latest first: recorded as an activity, or as a movement of stock alone. */
export async function findShipments(db: Db, lotIds: readonly string[]): Promise<TracedShipment[]> {
  const ids = [...lotIds];
  return db.$queryRaw<TracedShipment[]>`
    SELECT a.shipment_reference AS reference, a.customer_id AS "customerId", l.lot_id::text AS "lotId",
           trim_scale(sum(l.quantity))::text AS quantity, a.recorded_at AS at
      FROM lot_activity_lots l
      JOIN lot_activities a ON a.id = l.activity_id AND a.kind = 'SHIP'
     WHERE l.lot_id = ANY(${ids}::uuid[])
       -- The lot of a shipment itself tells of it only where none of its contents was found.
       AND (l.role = 'INPUT' OR NOT EXISTS (
             SELECT FROM lot_activity_lots i
              WHERE i.activity_id = a.id AND i.role = 'INPUT' AND i.lot_id = ANY(${ids}::uuid[])))
     GROUP BY a.id, l.lot_id
    UNION ALL
    SELECT m.reference, NULL, m.lot_id::text, trim_scale(-m.quantity)::text, m.moved_at
      FROM stock_movements m
     WHERE m.lot_id = ANY(${ids}::uuid[]) AND m.kind = 'SHIP' AND m.quantity < 0
       AND NOT EXISTS (SELECT FROM lot_activity_lots l JOIN lot_activities a ON a.id = l.activity_id
                        WHERE l.lot_id = m.lot_id AND a.request_id = m.request_id)
     ORDER BY 5 DESC, 3`;
}
