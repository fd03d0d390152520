/** What readiness is judged by, for any number of orders and stations in one query each. */
import type { Db } from '../database.ts';
import type { PlantPolicies } from '../plant-policies/commands.ts';
import type { OperationToJudge, OrderToJudge } from './rules.ts';
import type { MaterialNeed } from './shortage-rules.ts';

export type OrderRow = OrderToJudge &
  Readonly<{ factoryId: string; timeZone: string; type: string; policies: PlantPolicies | null }>;

export const findOrders = (db: Db, ids: readonly string[]): Promise<OrderRow[]> =>
  db.$queryRaw`
    SELECT w.id::text, w.factory_id AS "factoryId", w.number, w.type, w.status, w.product_id AS "productId",
           w.bom_version AS "bomVersion", trim_scale(w.quantity - w.loss_quantity)::text AS quantity,
           w.output_lot_id::text AS "outputLotId", w.report_count AS "reportCount", w.policies, f.time_zone AS "timeZone"
      FROM work_orders w JOIN factories f ON f.tenant_id = w.tenant_id AND f.factory_id = w.factory_id
     WHERE w.id = ANY(${ids}::uuid[])`;

/** In sequence. */
export const findOperations = (db: Db, orderIds: readonly string[]): Promise<OperationToJudge[]> =>
  db.$queryRaw`
    SELECT id::text, work_order_id::text AS "workOrderId", sequence, name, status, station_id::text AS "stationId",
           after_ids::text[] AS "afterIds", with_ids::text[] AS "withIds",
           trim_scale(transfer_quantity)::text AS "transferQuantity", predecessor_mode AS "predecessorMode",
           required_skills AS "requiredSkills", trim_scale(good_quantity + carried_quantity - returned_quantity)::text AS made,
           trim_scale(good_quantity + scrap_quantity - returned_quantity)::text AS processed,
           started_at AS "startedAt"
      FROM work_order_operations WHERE work_order_id = ANY(${orderIds}::uuid[]) ORDER BY sequence`;

export const findMaterials = (
  db: Db,
  orderIds: readonly string[],
): Promise<(MaterialNeed & Readonly<{ workOrderId: string }>)[]> =>
  db.$queryRaw`
    SELECT work_order_id::text AS "workOrderId", operation_id::text AS "operationId", material_id AS "materialId",
           trim_scale(quantity_per_piece)::text AS "perPiece", unit
      FROM work_order_materials WHERE work_order_id = ANY(${orderIds}::uuid[]) ORDER BY material_id`;

/** What of the stock that may be used is kept for each of these orders. */
export const findReserved = (
  db: Db,
  orderIds: readonly string[],
  at: Date,
): Promise<{ workOrderId: string; materialId: string; quantity: string }[]> =>
  db.$queryRaw`
    SELECT r.work_order_id::text AS "workOrderId", r.material_id AS "materialId",
           trim_scale(sum(r.quantity))::text AS quantity
      FROM stock_reservations r
      JOIN stock_balances b ON b.id = r.balance_id
      JOIN stock_locations l ON l.id = b.location_id
      LEFT JOIN lots t ON t.id = b.lot_id
     WHERE r.work_order_id = ANY(${orderIds}::uuid[])
       AND l.purpose IN ('STORAGE', 'PRODUCTION')
       AND (t.id IS NULL OR t.status = 'AVAILABLE'
            AND (t.expires_on IS NULL OR t.expires_on >= first_usable_expiry(r.factory_id, ${at}::timestamptz)))
     GROUP BY r.work_order_id, r.material_id`;

export const countPendingReports = (
  db: Db,
  orderIds: readonly string[],
): Promise<{ workOrderId: string; count: number }[]> =>
  db.$queryRaw`
    SELECT work_order_id::text AS "workOrderId", count(*)::integer AS count
      FROM reports_awaiting_approval
     WHERE work_order_id = ANY(${orderIds}::uuid[]) AND status = 'AWAITING' GROUP BY work_order_id`;

export const findStations = (
  db: Db,
  ids: readonly string[],
): Promise<{ id: string; factoryId: string; code: string; capacity: number; retiredAt: Date | null }[]> =>
  db.$queryRaw`SELECT id::text, factory_id AS "factoryId", code, capacity, retired_at AS "retiredAt" FROM stations WHERE id = ANY(${ids}::uuid[])`;
