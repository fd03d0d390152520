import type { Db } from '../database.ts';
import type { ChangedOperations, Operation, OperationChange } from '../work-orders/commands.ts';

type Owner = Readonly<{ tenantId: string; factoryId: string }>;

/** False when somebody else moved the order first. */
export async function saveChange(
  tx: Db,
  owner: Owner,
  before: readonly Operation[],
  { operation, operations, goodQuantity, change }: ChangedOperations,
  id: string,
): Promise<boolean> {
  const { workOrderId, version } = change;
  const { count } = await tx.workOrder.updateMany({
    where: { id: workOrderId, version: version - 1 },
    data: { version, goodQuantity },
  });
  if (count === 0) return false;
  await tx.workOrderOperationChange.createMany({ data: [{ ...change, ...owner, id }] });
  const rows = operations.filter((one) => before.some((other) => other.id === one.id && other !== one));
  await tx.$executeRaw`
    UPDATE work_order_operations o
       SET after_ids = r."afterIds", with_ids = r."withIds", is_last = r."isLast", status = r.status,
           carried_quantity = r."carriedQuantity"
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
             AS r(id uuid, "afterIds" uuid[], "withIds" uuid[], "isLast" boolean, status text, "carriedQuantity" numeric)
     WHERE o.id = r.id`;
  if (!before.some((one) => one.id === operation.id)) {
    const { requiredSkills, materialIds, afterIds, withIds, ...columns } = operation;
    const lists = {
      requiredSkills: [...requiredSkills],
      materialIds: [...materialIds],
      afterIds: [...afterIds],
      withIds: [...withIds],
    };
    await tx.workOrderOperation.createMany({ data: [{ ...columns, ...lists, ...owner }] });
  }
  return true;
}

/** Materials that no operation asked for are used by the first one: when that is skipped, by the next. */
export async function moveMaterials(
  tx: Db,
  from: Pick<Operation, 'id' | 'materialIds'>,
  to: Pick<Operation, 'id'>,
): Promise<void> {
  await tx.workOrderMaterial.updateMany({
    where: { operationId: from.id, materialId: { notIn: [...from.materialIds] } },
    data: { operationId: to.id },
  });
}

export async function findChangesOf(db: Db, workOrderIds: readonly string[]): Promise<OperationChange[]> {
  const rows = await db.workOrderOperationChange.findMany({
    where: { workOrderId: { in: [...workOrderIds] } },
    orderBy: { version: 'asc' },
  });
  return rows.map(({ tenantId: _tenant, factoryId: _factory, kind, ...row }) => ({
    ...row,
    kind: kind as OperationChange['kind'],
  }));
}
