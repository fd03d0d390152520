import type { Db } from '../database.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { BomSource } from './bill-of-materials.ts';
import type { PlantPolicies } from '../plant-policies/commands.ts';
import type { OrderMaterial } from './release-rules.ts';
import type { Operation } from './rules.ts';

// In SQL of our own, because every list of orders asks for it: the model would take twice the CPU for its decimals.
const columns = Prisma.sql`
  id::text, work_order_id::text AS "workOrderId", sequence, name, is_last AS "isLast", station_id::text AS "stationId",
  trim_scale(setup_seconds)::text AS "setupSeconds", trim_scale(run_seconds_per_piece)::text AS "runSecondsPerPiece",
  trim_scale(run_seconds_per_batch)::text AS "runSecondsPerBatch", trim_scale(batch_quantity)::text AS "batchQuantity",
  equipment_class AS "equipmentClass", required_skills AS "requiredSkills", material_ids AS "materialIds", status,
  after_ids::text[] AS "afterIds", with_ids::text[] AS "withIds",
  trim_scale(transfer_quantity)::text AS "transferQuantity", overproduction_mode AS "overproductionMode",
  predecessor_mode AS "predecessorMode", planned_start_at AS "plannedStartAt", planned_end_at AS "plannedEndAt",
  started_at AS "startedAt", finished_at AS "finishedAt", trim_scale(good_limit)::text AS "goodLimit",
  trim_scale(good_quantity)::text AS "goodQuantity", trim_scale(scrap_quantity)::text AS "scrapQuantity",
  trim_scale(rework_quantity)::text AS "reworkQuantity", trim_scale(sent_back_quantity)::text AS "sentBackQuantity",
  trim_scale(returned_quantity)::text AS "returnedQuantity", trim_scale(carried_quantity)::text AS "carriedQuantity"`;

export const findOperations = (db: Db, ids: readonly string[]): Promise<Operation[]> =>
  db.$queryRaw`SELECT ${columns} FROM work_order_operations WHERE id = ANY(${ids}::uuid[])`;

/** In sequence. */
export const findOperationsOf = (db: Db, orderIds: readonly string[]): Promise<Operation[]> =>
  db.$queryRaw`
    SELECT ${columns} FROM work_order_operations WHERE work_order_id = ANY(${orderIds}::uuid[]) ORDER BY sequence`;

type Owner = Readonly<{ tenantId: string; factoryId: string }>;

export async function insertOperations(tx: Db, owner: Owner, operations: readonly Operation[]): Promise<void> {
  await tx.workOrderOperation.createMany({
    data: operations.map(({ requiredSkills, materialIds, afterIds, withIds, ...operation }) => ({
      ...operation,
      ...owner,
      requiredSkills: [...requiredSkills],
      materialIds: [...materialIds],
      afterIds: [...afterIds],
      withIds: [...withIds],
    })),
  });
}

/** What the plant allows at this moment holds for the order from now on. */
export async function fixAtRelease(
  tx: Db,
  orderId: string,
  fixed: { policies: PlantPolicies; goodLimit: string; bom: BomSource | null },
): Promise<void> {
  const { policies, goodLimit, bom } = fixed;
  const bomAsOf = bom?.asOf == null ? null : new Date(bom.asOf);
  await tx.workOrder.updateMany({
    where: { id: orderId },
    data: { policies, bomSource: bom?.source ?? null, bomAsOf },
  });
  await tx.workOrderOperation.updateMany({
    where: { workOrderId: orderId },
    data: { goodLimit, overproductionMode: policies.overproduction.mode, predecessorMode: policies.predecessor },
  });
}

/** What a change of quantity, a split or a back-order does to operations. Sums are not written. */
export async function saveAdjusted(tx: Db, operations: readonly Operation[]): Promise<void> {
  const rows = operations.map(({ id, goodLimit, carriedQuantity, status, finishedAt }) => ({
    ...{ id, goodLimit, carriedQuantity, status, finishedAt },
  }));
  await tx.$executeRaw`
    UPDATE work_order_operations o
       SET good_limit = r."goodLimit", carried_quantity = r."carriedQuantity", status = r.status,
           finished_at = r."finishedAt"
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
             AS r(id uuid, "goodLimit" numeric, "carriedQuantity" numeric, status text, "finishedAt" timestamptz)
     WHERE o.id = r.id`;
}

export async function insertMaterials(tx: Db, owner: Owner, materials: readonly OrderMaterial[]): Promise<void> {
  await tx.workOrderMaterial.createMany({ data: materials.map((material) => ({ ...material, ...owner })) });
}

export const findMaterialsOf = (db: Db, orderIds: readonly string[]): Promise<OrderMaterial[]> =>
  db.$queryRaw`
    SELECT work_order_id::text AS "workOrderId", operation_id::text AS "operationId", material_id AS "materialId",
           trim_scale(quantity_per_piece)::text AS "quantityPerPiece", unit
      FROM work_order_materials WHERE work_order_id = ANY(${orderIds}::uuid[]) ORDER BY material_id, operation_id`;

/** What a back-order took over had used material in the order it comes from: a trace must not end between the two. */
export async function linkLots(tx: Db, orderId: string, at: Date): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO lot_edges (input_lot_id, output_lot_id, tenant_id, factory_id, created_at)
    SELECT p.output_lot_id, w.output_lot_id, w.tenant_id, w.factory_id, ${at}::timestamptz
      FROM work_orders w JOIN work_orders p ON p.id = w.parent_id
     WHERE w.id = ${orderId}::uuid AND w.output_lot_id IS NOT NULL AND p.output_lot_id IS NOT NULL
       AND EXISTS (SELECT 1 FROM work_order_operations o WHERE o.work_order_id = w.id AND o.carried_quantity > 0)
    ON CONFLICT DO NOTHING`;
}
