import { newId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import type { Candidate } from './movement-rules.ts';
import { NO_LOT } from './movement-store.ts';

export type StockReservation = Readonly<{
  id: string;
  factoryId: string;
  workOrderId: string;
  materialId: string;
  balanceId: string;
  locationId: string;
  lotId: string | null;
  quantity: string;
}>;

export async function findReservationsOf(db: Db, workOrderIds: readonly string[]): Promise<StockReservation[]> {
  const rows = await db.stockReservation.findMany({
    where: { workOrderId: { in: [...workOrderIds] } },
    include: { balance: true },
    orderBy: [{ materialId: 'asc' }, { id: 'asc' }],
  });
  return rows.map(({ id, factoryId, workOrderId, materialId, balanceId, quantity, balance }) => ({
    id,
    factoryId,
    workOrderId,
    materialId,
    balanceId,
    locationId: balance.locationId,
    lotId: balance.lotId === NO_LOT ? null : balance.lotId,
    quantity: quantity.toFixed(),
  }));
}

export type PickCandidate = Candidate & Readonly<{ expiresOn: string | null }>;

const MOST_CANDIDATES = 500;

/** Usable, unreserved stock of a material: what expires first, then what came first, and last what has no lot. */
export async function findCandidates(
  db: Db,
  about: Readonly<{ factoryId: string; materialId: string; today: string; locationId?: string; lotId?: string }>,
): Promise<PickCandidate[]> {
  const { factoryId, materialId, today, locationId = null, lotId = null } = about;
  return db.$queryRaw<PickCandidate[]>`
    SELECT b.id::text AS "balanceId", b.location_id::text AS "locationId",
           nullif(b.lot_id, ${NO_LOT}::uuid)::text AS "lotId", trim_scale(b.on_hand - b.reserved)::text AS free,
           t.expires_on::text AS "expiresOn"
      FROM stock_balances b
      JOIN stock_locations l ON l.id = b.location_id
      LEFT JOIN lots t ON t.id = b.lot_id
     WHERE b.material_id = ${materialId} AND b.factory_id = ${factoryId} AND (b.on_hand <> 0 OR b.reserved <> 0)
       AND b.on_hand > b.reserved AND (${lotId}::uuid IS NULL OR b.lot_id = ${lotId}::uuid)
       AND CASE WHEN ${locationId}::uuid IS NULL THEN l.purpose IN ('STORAGE', 'PRODUCTION')
                ELSE l.id = ${locationId}::uuid AND l.purpose NOT IN ('QUARANTINE', 'SCRAP') END
       AND (t.id IS NULL OR t.status = 'AVAILABLE' AND (t.expires_on IS NULL OR t.expires_on >= ${today}::date))
     ORDER BY t.expires_on NULLS LAST, t.created_at NULLS LAST, t.id, b.id LIMIT ${MOST_CANDIDATES}`;
}

export async function lockBalances(tx: Db, ids: readonly string[]): Promise<void> {
  await tx.$queryRaw`
    SELECT 1 FROM stock_balances WHERE id = ANY(${[...ids]}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
}

export type Need = Readonly<{ materialId: string; lotId: string | null; quantity: string }>;

/** What the order's remaining pieces take, less what it used or keeps already. */
export async function openNeeds(tx: Db, workOrderId: string): Promise<Need[]> {
  return tx.$queryRaw<Need[]>`
    SELECT * FROM (
      SELECT m.material_id AS "materialId", NULL AS "lotId",
             trim_scale(round(sum(m.quantity_per_piece * w.quantity * unit_factor(m.unit, coalesce(s.unit, m.unit)))
               + coalesce((SELECT sum(v.quantity) FROM stock_movements v
                            WHERE v.work_order_id = w.id AND v.material_id = m.material_id
                              AND v.kind IN ('CONSUME', 'RETURN')), 0)
               - coalesce((SELECT sum(r.quantity) FROM stock_reservations r
                            WHERE r.work_order_id = w.id AND r.material_id = m.material_id), 0), 4))::text AS quantity
        FROM work_order_materials m
        JOIN work_orders w ON w.id = m.work_order_id
        LEFT JOIN material_stock_settings s ON s.factory_id = m.factory_id AND s.material_id = m.material_id
       WHERE m.work_order_id = ${workOrderId}::uuid
       GROUP BY w.id, m.material_id) needed
     WHERE quantity::numeric > 0 ORDER BY "materialId"`;
}

export type Kept = Readonly<{ balanceId: string; materialId: string; quantity: string }>;

/** Keeps stock for an order; the balances are locked. */
export async function keep(
  tx: Db,
  order: Readonly<{ tenantId: string; factoryId: string; id: string }>,
  kept: readonly Kept[],
): Promise<void> {
  const rows = JSON.stringify(kept.map((it) => ({ ...it, id: newId() })));
  await tx.$executeRaw`
    INSERT INTO stock_reservations AS r (id, tenant_id, factory_id, work_order_id, material_id, balance_id, quantity)
    SELECT k.id, ${order.tenantId}, ${order.factoryId}, ${order.id}::uuid, k."materialId", k."balanceId", k.quantity
      FROM jsonb_to_recordset(${rows}::jsonb) AS k(id uuid, "materialId" text, "balanceId" uuid, quantity numeric)
    ON CONFLICT (work_order_id, balance_id) DO UPDATE SET quantity = r.quantity + excluded.quantity`;
  await tx.$executeRaw`
    UPDATE stock_balances b SET reserved = b.reserved + k.quantity
      FROM jsonb_to_recordset(${rows}::jsonb) AS k("balanceId" uuid, quantity numeric) WHERE b.id = k."balanceId"`;
}

/** Gives reservations free; their balances are locked. */
export async function letGo(tx: Db, reservations: readonly StockReservation[]): Promise<void> {
  const ids = reservations.map(({ id }) => id);
  await tx.$executeRaw`
    WITH gone AS (DELETE FROM stock_reservations WHERE id = ANY(${ids}::uuid[]) RETURNING balance_id, quantity)
    UPDATE stock_balances b SET reserved = b.reserved - g.quantity FROM gone g WHERE b.id = g.balance_id`;
}
