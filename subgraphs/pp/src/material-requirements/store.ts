import { fault } from '@enghub/subgraph-kit/fault';
import { isId } from '@enghub/subgraph-kit/ids';
import { toPage, type Page, type PageRequest } from '@enghub/subgraph-kit/pages';
import type { Db } from '../database.ts';
import type { MaterialRequirement as RequirementRow, MrpRun as RunRow } from '../generated/prisma/client.ts';
import type { MrpRun } from './rules.ts';

const withRequirements = { requirements: { orderBy: { position: 'asc' } } } as const;

/** Saves a run unless the order has one: an order is planned once. */
export async function add(tx: Db, tenantId: string, { requirements, ...run }: MrpRun): Promise<boolean> {
  const added = await tx.mrpRun.createMany({ data: [{ ...run, tenantId }], skipDuplicates: true });
  if (added.count === 0) return false;

  const { id: mrpRunId, factoryId } = run;
  const rows = requirements.map((requirement, position) => ({
    ...requirement,
    mrpRunId,
    position,
    tenantId,
    factoryId,
  }));
  await tx.materialRequirement.createMany({ data: rows });
  return true;
}

export async function isPlanned(tx: Db, workOrderId: string): Promise<boolean> {
  return (await tx.mrpRun.count({ where: { workOrderId } })) > 0;
}

/** In the order of the ids; null where there is none. */
export async function findMany(db: Db, ids: readonly string[]): Promise<(MrpRun | null)[]> {
  const rows = await db.mrpRun.findMany({ where: { id: { in: ids.filter(isId) } }, include: withRequirements });
  const found = new Map(rows.map((row) => [row.id, runOf(row)]));
  return ids.map((id) => found.get(id) ?? null);
}

/** The runs of orders, in the order of the ids; null where an order has not been planned. */
export async function findOfOrders(db: Db, workOrderIds: readonly string[]): Promise<(MrpRun | null)[]> {
  const rows = await db.mrpRun.findMany({
    where: { workOrderId: { in: workOrderIds.filter(isId) } },
    include: withRequirements,
  });
  const found = new Map(rows.map((row) => [row.workOrderId, runOf(row)]));
  return workOrderIds.map((id) => found.get(id) ?? null);
}

/** Latest first: an id begins with its time. */
export async function page(db: Db, factoryId: string, { first, after }: PageRequest): Promise<Page<MrpRun>> {
  const last = after?.[0];
  if (last !== undefined && !isId(last)) throw fault('BAD_USER_INPUT', 'after is not a cursor of this list.');
  const rows = await db.mrpRun.findMany({
    where: { factoryId, ...(last !== undefined && { id: { lt: last } }) },
    orderBy: { id: 'desc' },
    take: first + 1,
    include: withRequirements,
  });
  return toPage(rows.map(runOf), first, (run) => [run.id]);
}

function runOf({ requirements, ...row }: RunRow & { requirements: RequirementRow[] }): MrpRun {
  return {
    id: row.id,
    factoryId: row.factoryId,
    workOrderId: row.workOrderId,
    productId: row.productId,
    bomVersion: row.bomVersion,
    createdAt: row.createdAt,
    requirements: requirements.map((requirement) => ({
      materialId: requirement.materialId,
      grossQuantity: requirement.grossQuantity.toFixed(),
      availableQuantity: requirement.availableQuantity.toFixed(),
      netQuantity: requirement.netQuantity.toFixed(),
      unit: requirement.unit,
    })),
  };
}
