import { isId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import { isLabel } from '../text-rules.ts';
import type { Figures, PlantStock } from './inventory-rules.ts';
import { NO_LOT } from './movement-store.ts';
import type { Purpose } from './place-rules.ts';

export type StockKey = Readonly<{ factoryId: string; materialId: string }>;
export type PlantStockOf = StockKey & Readonly<{ stock: PlantStock }>;

type PlaceRow = StockKey &
  Figures &
  Readonly<{
    unit: string | null;
    warehouseId: string | null;
    warehouseCode: string;
    warehouseName: string;
    locationId: string;
    locationCode: string;
    locationName: string;
    purpose: Purpose;
    lineId: string | null;
  }>;

/** What plants have of materials, all in one query. Plants that do not exist are not among them. */
export async function findStock(db: Db, keys: readonly StockKey[], at: Date): Promise<PlantStockOf[]> {
  const rows = await db.$queryRaw<PlaceRow[]>`
    SELECT f.factory_id AS "factoryId", k."materialId", s.unit, w.id::text AS "warehouseId", w.code AS "warehouseCode",
           w.name AS "warehouseName", l.id::text AS "locationId", l.code AS "locationCode", l.name AS "locationName",
           l.purpose, l.line_id::text AS "lineId", trim_scale(sum(b.on_hand))::text AS "onHand",
           trim_scale(sum(b.reserved))::text AS reserved,
           trim_scale(sum(CASE WHEN l.purpose IN ('STORAGE', 'PRODUCTION')
                                AND (t.id IS NULL OR t.status = 'AVAILABLE'
                                     AND (t.expires_on IS NULL OR t.expires_on >= e.first))
                               THEN b.on_hand - b.reserved ELSE 0 END))::text AS available,
           trim_scale(sum(CASE WHEN l.purpose = 'QUARANTINE' OR t.status = 'QUARANTINE'
                               THEN b.on_hand ELSE 0 END))::text AS quarantined
      FROM jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) AS k("factoryId" text, "materialId" text)
      JOIN factories f ON f.factory_id = k."factoryId"
      CROSS JOIN LATERAL (SELECT first_usable_expiry(f.factory_id, ${at}::timestamptz) AS first) e
      LEFT JOIN material_stock_settings s ON s.factory_id = f.factory_id AND s.material_id = k."materialId"
      -- OFFSET keeps these look-ups by their keys: the planner takes the keys for a hundred and reads whole tables instead.
      LEFT JOIN LATERAL (
             SELECT location_id, lot_id, on_hand, reserved FROM stock_balances
              WHERE material_id = k."materialId" AND factory_id = f.factory_id AND (on_hand <> 0 OR reserved <> 0) OFFSET 0
           ) b ON true
      LEFT JOIN LATERAL (SELECT * FROM stock_locations WHERE id = b.location_id OFFSET 0) l ON true
      LEFT JOIN LATERAL (SELECT * FROM warehouses WHERE id = l.warehouse_id OFFSET 0) w ON true
      LEFT JOIN LATERAL (SELECT id, status, expires_on FROM lots WHERE id = b.lot_id OFFSET 0) t ON true
     GROUP BY f.factory_id, k."materialId", s.unit, w.id, w.code, w.name, l.id, l.code, l.name, l.purpose, l.line_id
     ORDER BY w.code, l.code`;
  const found = new Map<string, StockKey & { unit: string | null; places: PlaceRow[] }>();
  for (const row of rows) {
    const { factoryId, materialId, unit } = row;
    const key = JSON.stringify([factoryId, materialId]);
    const known = found.get(key) ?? { factoryId, materialId, unit, places: [] };
    if (row.warehouseId !== null) known.places.push(row);
    found.set(key, known);
  }
  return [...found.values()].map(({ factoryId, materialId, unit, places }) => ({
    factoryId,
    materialId,
    stock: { unit, byLocation: places.map(toLocationStock) },
  }));
}

const toLocationStock = (row: PlaceRow): PlantStock['byLocation'][number] => ({
  warehouse: { id: row.warehouseId!, factoryId: row.factoryId, code: row.warehouseCode, name: row.warehouseName },
  location: {
    id: row.locationId,
    factoryId: row.factoryId,
    warehouseId: row.warehouseId!,
    code: row.locationCode,
    name: row.locationName,
    purpose: row.purpose,
    lineId: row.lineId,
  },
  onHand: row.onHand,
  reserved: row.reserved,
  available: row.available,
  quarantined: row.quarantined,
});

export type Balance = Readonly<{
  id: string;
  factoryId: string;
  warehouseId: string;
  locationId: string;
  materialId: string;
  lotId: string | null;
  onHand: string;
  reserved: string;
}>;

export type BalancePage = Readonly<{ first: number; after: string | null }>;

/** By id; `below` asks for what is below zero only. */
export async function pageOfBalances(
  db: Db,
  { first, after }: BalancePage,
  filter: Readonly<{ factoryIds: readonly string[]; materialId?: string; isNegative?: boolean }>,
): Promise<Balance[]> {
  if (after !== null && !isId(after)) return [];
  const rows = await db.stockBalance.findMany({
    where: {
      factoryId: { in: filter.factoryIds.filter(isLabel) },
      ...(filter.materialId !== undefined && { materialId: filter.materialId }),
      ...(filter.isNegative ? { onHand: { lt: 0 } } : { OR: [{ onHand: { not: 0 } }, { reserved: { not: 0 } }] }),
      ...(after !== null && { id: { gt: after } }),
    },
    orderBy: { id: 'asc' },
    take: first + 1,
  });
  return rows.map(({ id, factoryId, warehouseId, locationId, materialId, lotId, onHand, reserved }) => ({
    id,
    factoryId,
    warehouseId,
    locationId,
    materialId,
    lotId: lotId === NO_LOT ? null : lotId,
    onHand: onHand.toFixed(),
    reserved: reserved.toFixed(),
  }));
}

export type Difference = Readonly<{ balance: Balance; movementsSum: string; reservationsSum: string }>;

/** Balances that are not what their rows say, and rows that have no balance; one statement, so all of one moment. */
export async function findDifferences(db: Db, factoryId: string, limit: number): Promise<Difference[]> {
  if (!isLabel(factoryId)) return [];
  const rows = await db.$queryRaw<(Balance & Omit<Difference, 'balance'>)[]>`
    WITH moved AS (
      SELECT warehouse_id, location_id, material_id, coalesce(lot_id, ${NO_LOT}::uuid) AS lot_id, sum(quantity) AS total
        FROM stock_movements WHERE factory_id = ${factoryId} GROUP BY 1, 2, 3, 4
    ), kept AS (
      SELECT balance_id, sum(quantity) AS total FROM stock_reservations WHERE factory_id = ${factoryId} GROUP BY 1
    )
    SELECT coalesce(b.id::text, concat_ws(':', m.location_id, m.material_id, m.lot_id)) AS id,
           ${factoryId} AS "factoryId", coalesce(b.warehouse_id, m.warehouse_id)::text AS "warehouseId",
           coalesce(b.location_id, m.location_id)::text AS "locationId",
           coalesce(b.material_id, m.material_id) AS "materialId",
           nullif(coalesce(b.lot_id, m.lot_id), ${NO_LOT}::uuid)::text AS "lotId",
           trim_scale(coalesce(b.on_hand, 0))::text AS "onHand", trim_scale(coalesce(b.reserved, 0))::text AS reserved,
           trim_scale(coalesce(m.total, 0))::text AS "movementsSum", trim_scale(coalesce(k.total, 0))::text AS "reservationsSum"
      FROM (SELECT * FROM stock_balances WHERE factory_id = ${factoryId}) b
      FULL JOIN moved m ON m.warehouse_id = b.warehouse_id AND m.location_id = b.location_id
       AND m.material_id = b.material_id AND m.lot_id = b.lot_id
      LEFT JOIN kept k ON k.balance_id = b.id
     WHERE coalesce(b.on_hand, 0) <> coalesce(m.total, 0) OR coalesce(b.reserved, 0) <> coalesce(k.total, 0)
     ORDER BY 1 LIMIT ${limit}`;
  return rows.map(({ movementsSum, reservationsSum, ...balance }) => ({ balance, movementsSum, reservationsSum }));
}

/** Materials whose remembered stock names one of these places. */
export async function materialsAt(
  db: Db,
  where: { locationId: string } | { warehouseId: string },
): Promise<readonly string[]> {
  const rows = await db.stockBalance.findMany({ where, select: { materialId: true }, distinct: ['materialId'] });
  return rows.map(({ materialId }) => materialId);
}
