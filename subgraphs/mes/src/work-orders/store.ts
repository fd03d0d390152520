import type { Db } from '../database.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { PlantPolicies } from '../plant-policies/commands.ts';
import { isLabel } from '../text-rules.ts';
import type { TimePage } from '../time-cursor.ts';
import { insertOperations } from './operation-store.ts';
import type { Operation, Status, WorkOrder } from './rules.ts';

/** An order with what its plant had decided when it was released; null before that. */
export type OrderWithPolicies = WorkOrder & Readonly<{ policies: PlantPolicies | null }>;

export type AtRelease = Readonly<{
  workOrderId: string;
  policies: PlantPolicies;
  bomSource: 'ERP' | 'CACHE' | null;
  bomAsOf: Date | null;
}>;

export type OrderFilter = Readonly<{
  status?: readonly Status[] | null | undefined;
  factoryId?: string | null | undefined;
  productId?: string | null | undefined;
  number?: string | null | undefined;
  salesOrderId?: string | null | undefined;
  externalId?: string | null | undefined;
  dueBefore?: string | null | undefined;
  late?: boolean | null | undefined;
  priority?: readonly number[] | null | undefined;
}>;

// In SQL of our own, because every list of orders asks for it: the model would take twice the CPU for its decimals.
const columns = Prisma.sql`
  w.id::text, w.factory_id AS "factoryId", w.number, w.type, w.status, w.held_from AS "heldFrom",
  w.hold_cause AS "holdCause", w.hold_note AS "holdNote", w.version, w.product_id AS "productId",
  w.bom_version AS "bomVersion", w.routing_id::text AS "routingId", trim_scale(w.quantity)::text AS quantity, w.unit,
  trim_scale(w.good_quantity)::text AS "goodQuantity", trim_scale(w.scrap_quantity)::text AS "scrapQuantity",
  trim_scale(w.rework_quantity)::text AS "reworkQuantity", w.report_count AS "reportCount",
  w.due_date::text AS "dueDate", w.priority, w.external_id AS "externalId", w.sales_order_id AS "salesOrderId",
  w.sales_order_line AS "salesOrderLine", w.parent_id::text AS "parentId", w.parent_relation AS "parentRelation",
  w.output_lot_id::text AS "outputLotId", trim_scale(w.loss_quantity)::text AS "lossQuantity",
  w.close_note AS "closeNote", w.created_by AS "createdBy", w.created_at AS "createdAt",
  w.released_at AS "releasedAt", w.started_at AS "startedAt", w.completed_at AS "completedAt", w.closed_at AS "closedAt"`;

export const findOrders = (db: Db, ids: readonly string[]): Promise<WorkOrder[]> =>
  db.$queryRaw`SELECT ${columns} FROM work_orders w WHERE w.id = ANY(${ids}::uuid[])`;

/** In the order of their making. */
export const findChildren = (db: Db, parentIds: readonly string[]): Promise<WorkOrder[]> =>
  db.$queryRaw`
    SELECT ${columns} FROM work_orders w WHERE w.parent_id = ANY(${parentIds}::uuid[]) ORDER BY w.created_at, w.id`;

export async function findOrder(db: Db, id: string): Promise<OrderWithPolicies | null> {
  const [order] = await db.$queryRaw<OrderWithPolicies[]>`
    SELECT ${columns}, w.policies FROM work_orders w WHERE w.id = ${id}::uuid`;
  return order ?? null;
}

export async function findByExternalId(db: Db, factoryId: string, externalId: string): Promise<WorkOrder | null> {
  const [order] = await db.$queryRaw<WorkOrder[]>`
    SELECT ${columns} FROM work_orders w WHERE w.factory_id = ${factoryId} AND w.external_id = ${externalId}`;
  return order ?? null;
}

/** The numbers of a plant that begin with a text. */
export async function findNumbers(db: Db, factoryId: string, prefix: string): Promise<string[]> {
  const rows = await db.workOrder.findMany({
    where: { factoryId, number: { startsWith: prefix } },
    select: { number: true },
  });
  return rows.map(({ number }) => number);
}

/** What was decided at release, of released orders: the policies, and how the bill of materials was known. */
export async function findPoliciesOf(db: Db, ids: readonly string[]): Promise<AtRelease[]> {
  return db.$queryRaw`
    SELECT id::text AS "workOrderId", policies, bom_source AS "bomSource", bom_as_of AS "bomAsOf" FROM work_orders
     WHERE id = ANY(${ids}::uuid[]) AND policies IS NOT NULL`;
}

/** Newest first. `now` is what late orders are late by. */
export async function pageOfOrders(db: Db, page: TimePage, filter: OrderFilter, now: Date): Promise<WorkOrder[]> {
  const { status, factoryId, productId, number, salesOrderId, externalId, dueBefore, late, priority } = filter;
  const texts = [factoryId, productId, number, salesOrderId, externalId];
  if (texts.some((text) => text != null && !isLabel(text))) return [];
  const conditions = [
    ...(status ? [Prisma.sql`w.status = ANY(${[...status]})`] : []),
    ...(factoryId == null ? [] : [Prisma.sql`w.factory_id = ${factoryId}`]),
    ...(productId == null ? [] : [Prisma.sql`w.product_id = ${productId}`]),
    ...(number == null ? [] : [Prisma.sql`w.number = ${number}`]),
    ...(salesOrderId == null ? [] : [Prisma.sql`w.sales_order_id = ${salesOrderId}`]),
    ...(externalId == null ? [] : [Prisma.sql`w.external_id = ${externalId}`]),
    ...(dueBefore == null ? [] : [Prisma.sql`w.due_date < ${dueBefore}::date`]),
    ...(late == null ? [] : [late ? isLate(now) : Prisma.sql`NOT (${isLate(now)})`]),
    ...(priority ? [Prisma.sql`w.priority = ANY(${[...priority]})`] : []),
    // The first condition alone is what the index can be entered with.
    ...(page.before
      ? [
          Prisma.sql`w.created_at <= ${page.before.at} AND (w.created_at, w.id) < (${page.before.at}, ${page.before.id}::uuid)`,
        ]
      : []),
  ];
  return db.$queryRaw`
    SELECT ${columns} FROM work_orders w
     ${conditions.length > 0 ? Prisma.sql`WHERE ${Prisma.join(conditions, ' AND ')}` : Prisma.empty}
     ORDER BY w.created_at DESC, w.id DESC LIMIT ${page.first + 1}`;
}

/** Open, and due before the plant's present day. */
const isLate = (now: Date) => Prisma.sql`
  w.status IN ('DRAFT', 'PLANNED', 'RELEASED', 'IN_PROGRESS', 'HELD') AND w.due_date IS NOT NULL
  AND w.due_date < (SELECT (${now}::timestamptz AT TIME ZONE f.time_zone)::date FROM factories f
                     WHERE f.tenant_id = w.tenant_id AND f.factory_id = w.factory_id)`;

/** Loads an order and keeps others from moving it until the transaction ends: reports move it without a version. */
export async function loadForChange(tx: Db, id: string): Promise<OrderWithPolicies | null> {
  await tx.$queryRaw`SELECT 1 FROM work_orders WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  return findOrder(tx, id);
}

/** False when the plant has an order with this number or external id. */
export async function insertOrder(
  tx: Db,
  tenantId: string,
  order: WorkOrder & { policies?: PlantPolicies | null },
  operations: readonly Operation[],
): Promise<boolean> {
  const { dueDate, policies, ...rest } = order;
  const { count } = await tx.workOrder.createMany({
    data: [
      { ...rest, tenantId, dueDate: dueDate === null ? null : new Date(dueDate), ...(policies ? { policies } : {}) },
    ],
    skipDuplicates: true,
  });
  if (count === 0) return false;
  await insertOperations(tx, { tenantId, factoryId: order.factoryId }, operations);
  return true;
}

/** Saves an order as it now is and moves the version; null when somebody else moved it first. Sums are not written. */
export async function saveOrder<Order extends WorkOrder>(tx: Db, order: Order): Promise<Order | null> {
  const { id, version, dueDate, status, heldFrom, holdCause, holdNote, quantity, unit, priority, externalId } = order;
  const { salesOrderId, salesOrderLine, lossQuantity, closeNote, releasedAt, startedAt, completedAt, closedAt } = order;
  const { count } = await tx.workOrder.updateMany({
    where: { id, version },
    data: {
      ...{ status, heldFrom, holdCause, holdNote, quantity, unit, priority, externalId, salesOrderId, salesOrderLine },
      ...{ lossQuantity, closeNote, releasedAt, startedAt, completedAt, closedAt },
      dueDate: dueDate === null ? null : new Date(dueDate),
      version: version + 1,
    },
  });
  return count === 1 ? { ...order, version: version + 1 } : null;
}

/** True when a transaction failed because another order has the number or the external id. */
export const isTaken = (error: unknown): boolean => (error as { code?: string }).code === 'P2002';

/** A draft leaves nothing behind but its entry in the audit trail. */
export async function deleteOrder(tx: Db, id: string): Promise<void> {
  await tx.workOrderOperation.deleteMany({ where: { workOrderId: id } });
  await tx.workOrder.deleteMany({ where: { id } });
}
