/** Stock of many materials, written straight into the tables: sixty thousand receipts would take longer than the bench. */
import { ask } from './database.ts';

export const MATERIALS = 60_000;
const PLACES = 4;

/** Four places with stock of each material. Ledger and balances agree. */
export async function fillStock(database: string): Promise<void> {
  await ask(database, placesSql, [PLACES]);
  await ask(database, ledgerSql, [MATERIALS]);
  await ask(database, balancesSql);
  await ask(database, 'VACUUM (ANALYZE) mes.stock_movements, mes.stock_balances');
}

export const materialOf = (number: number): string => `BENCH-${number % MATERIALS}`;

const placesSql = `
  WITH plant AS (SELECT tenant_id, factory_id FROM mes.factories LIMIT 1), house AS (
    INSERT INTO mes.warehouses (id, tenant_id, factory_id, code, name)
    SELECT gen_random_uuid(), tenant_id, factory_id, 'BENCH', 'Bench' FROM plant RETURNING *
  )
  INSERT INTO mes.stock_locations (id, tenant_id, factory_id, warehouse_id, code, name, purpose)
  SELECT gen_random_uuid(), tenant_id, factory_id, id, 'P' || n, 'Place ' || n, 'STORAGE'
    FROM house, generate_series(1, $1::int) AS n`;

const ledgerSql = `
  INSERT INTO mes.stock_movements
    (id, movement_id, tenant_id, factory_id, kind, warehouse_id, location_id, material_id, quantity, unit, moved_by, moved_at)
  SELECT made.id, made.id, tenant_id, factory_id, 'RECEIVE', warehouse_id, l.id, 'BENCH-' || n, 100, 'pcs', 'bench', now()
    FROM mes.stock_locations l, generate_series(0, $1::int - 1) AS n
   CROSS JOIN LATERAL (SELECT gen_random_uuid() AS id, n AS number) made
   WHERE l.code ~ '^P[0-9]+$'`;

const balancesSql = `
  INSERT INTO mes.stock_balances (id, tenant_id, factory_id, warehouse_id, material_id, location_id, lot_id, on_hand)
  SELECT gen_random_uuid(), tenant_id, factory_id, warehouse_id, material_id, location_id,
         '00000000-0000-0000-0000-000000000000', sum(quantity)
    FROM mes.stock_movements GROUP BY 2, 3, 4, 5, 6`;
