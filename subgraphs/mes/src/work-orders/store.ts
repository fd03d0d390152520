import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import { isLabel } from '../text-rules.ts';
import type { TimePage } from '../time-cursor.ts';
import type { HoldCause, Operation, Status, WorkOrder } from './rules.ts';

export type OrderFilter = Readonly<{
  status?: readonly Status[] | null | undefined;
  factoryId?: string | null | undefined;
  productId?: string | null | undefined;
  number?: string | null | undefined;
}>;

export async function findOrders(db: Db, ids: readonly string[]): Promise<WorkOrder[]> {
  return (await db.workOrder.findMany({ where: { id: { in: [...ids] } } })).map(toOrder);
}

export async function findOperations(db: Db, ids: readonly string[]): Promise<Operation[]> {
  return (await db.workOrderOperation.findMany({ where: { id: { in: [...ids] } } })).map(toOperation);
}

/** In SQL of our own, because every list of orders asks for it: the model would take twice the CPU for its decimals. */
export async function findOperationsOf(db: Db, orderIds: readonly string[]): Promise<Operation[]> {
  const rows = await db.$queryRaw<Operation[]>`
    SELECT id::text, work_order_id::text AS "workOrderId", sequence, name, is_last AS "isLast",
           station_id::text AS "stationId", trim_scale(setup_seconds)::text AS "setupSeconds",
           trim_scale(run_seconds_per_piece)::text AS "runSecondsPerPiece", trim_scale(good_limit)::text AS "goodLimit",
           trim_scale(good_quantity)::text AS "goodQuantity", trim_scale(scrap_quantity)::text AS "scrapQuantity",
           trim_scale(rework_quantity)::text AS "reworkQuantity"
      FROM work_order_operations
     WHERE work_order_id = ANY(${orderIds}::uuid[])
     ORDER BY sequence`;
  return rows;
}

/** Newest first. */
export async function pageOfOrders(db: Db, page: TimePage, filter: OrderFilter): Promise<WorkOrder[]> {
  const { status, factoryId, productId, number } = filter;
  if ([factoryId, productId, number].some((text) => text != null && !isLabel(text))) return [];
  const rows = await db.workOrder.findMany({
    where: {
      ...(status ? { status: { in: [...status] } } : {}),
      ...(factoryId == null ? {} : { factoryId }),
      ...(productId == null ? {} : { productId }),
      ...(number == null ? {} : { number }),
      ...(page.before ? olderThan(page.before) : {}),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: page.first + 1,
  });
  return rows.map(toOrder);
}

// The first condition alone is what the index can be entered with.
const olderThan = ({ at, id }: { at: Date; id: string }) => ({
  createdAt: { lte: at },
  OR: [{ createdAt: { lt: at } }, { id: { lt: id } }],
});

/** Loads an order and keeps others from moving it until the transaction ends: reports move it without a version. */
export async function loadForChange(tx: Db, id: string): Promise<WorkOrder | null> {
  await tx.$queryRaw`SELECT 1 FROM work_orders WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  const row = await tx.workOrder.findFirst({ where: { id } });
  return row && toOrder(row);
}

/** False when the plant has an order with this number. */
export async function insertOrder(
  tx: Db,
  tenantId: string,
  order: WorkOrder,
  operations: readonly Operation[],
): Promise<boolean> {
  const { dueDate, ...columns } = order;
  const { count } = await tx.workOrder.createMany({
    data: [{ ...columns, tenantId, dueDate: dueDate === null ? null : new Date(dueDate) }],
    skipDuplicates: true,
  });
  if (count === 0) return false;
  const { factoryId } = order;
  await tx.workOrderOperation.createMany({ data: operations.map((it) => ({ ...it, tenantId, factoryId })) });
  return true;
}

/** Saves what a step changed and moves the version; null when somebody else moved it first. */
export async function saveStep(tx: Db, order: WorkOrder): Promise<WorkOrder | null> {
  const { status, heldFrom, holdCause, holdNote, releasedAt, startedAt, completedAt, version } = order;
  const { count } = await tx.workOrder.updateMany({
    where: { id: order.id, version },
    data: { status, heldFrom, holdCause, holdNote, releasedAt, startedAt, completedAt, version: version + 1 },
  });
  return count === 1 ? { ...order, version: version + 1 } : null;
}

export async function fixGoodLimit(tx: Db, orderId: string, goodLimit: string): Promise<void> {
  await tx.workOrderOperation.updateMany({ where: { workOrderId: orderId }, data: { goodLimit } });
}

const toOrder = (row: Prisma.WorkOrderModel): WorkOrder => ({
  id: row.id,
  factoryId: row.factoryId,
  number: row.number,
  status: row.status as Status,
  heldFrom: row.heldFrom as Status | null,
  holdCause: row.holdCause as HoldCause | null,
  holdNote: row.holdNote,
  version: row.version,
  productId: row.productId,
  bomVersion: row.bomVersion,
  routingId: row.routingId,
  quantity: row.quantity.toFixed(),
  unit: row.unit,
  goodQuantity: row.goodQuantity.toFixed(),
  scrapQuantity: row.scrapQuantity.toFixed(),
  reworkQuantity: row.reworkQuantity.toFixed(),
  reportCount: row.reportCount,
  dueDate: row.dueDate?.toISOString().slice(0, 10) ?? null,
  createdBy: row.createdBy,
  createdAt: row.createdAt,
  releasedAt: row.releasedAt,
  startedAt: row.startedAt,
  completedAt: row.completedAt,
});

const toOperation = (row: Prisma.WorkOrderOperationModel): Operation => ({
  id: row.id,
  workOrderId: row.workOrderId,
  sequence: row.sequence,
  name: row.name,
  isLast: row.isLast,
  stationId: row.stationId,
  setupSeconds: row.setupSeconds?.toFixed() ?? null,
  runSecondsPerPiece: row.runSecondsPerPiece?.toFixed() ?? null,
  goodLimit: row.goodLimit.toFixed(),
  goodQuantity: row.goodQuantity.toFixed(),
  scrapQuantity: row.scrapQuantity.toFixed(),
  reworkQuantity: row.reworkQuantity.toFixed(),
});
