import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import { isLabel } from '../text-rules.ts';
import type { Routing, RoutingOperation, RoutingVersion } from './rules.ts';

export async function findRoutings(db: Db, ids: readonly string[]): Promise<Routing[]> {
  return (await db.routing.findMany({ where: { id: { in: [...ids] } } })).map(toRouting);
}

export async function findOperationsOf(
  db: Db,
  routingIds: readonly string[],
): Promise<(RoutingOperation & { routingId: string })[]> {
  const rows = await db.routingOperation.findMany({
    where: { routingId: { in: [...routingIds] } },
    orderBy: { sequence: 'asc' },
  });
  return rows.map((row) => ({ ...toOperation(row), routingId: row.routingId }));
}

/** The newest version of a code, with its operations. */
export async function findInForce(db: Db, factoryId: string, code: string): Promise<RoutingVersion | null> {
  const row = await db.routing.findFirst({
    where: { factoryId, code },
    orderBy: { version: 'desc' },
    include: { operations: { orderBy: { sequence: 'asc' } } },
  });
  return row && { routing: toRouting(row), operations: row.operations.map(toOperation) };
}

/** The newest version of each code of a plant, by code, after a code. */
export async function pageInForce(
  db: Db,
  factoryId: string,
  { first, after, archived }: { first: number; after: string | null; archived: boolean },
): Promise<Routing[]> {
  if (after !== null && !isLabel(after)) return [];
  const newest = await db.$queryRaw<{ id: string }[]>`
    SELECT id::text AS id FROM (
      SELECT DISTINCT ON (code) id, code, archived_at FROM routings
       WHERE factory_id = ${factoryId} AND (${after}::text IS NULL OR code > ${after})
       ORDER BY code, version DESC) newest
     WHERE ${archived} OR archived_at IS NULL
     ORDER BY code LIMIT ${first + 1}`;
  const routings = new Map(
    (
      await findRoutings(
        db,
        newest.map(({ id }) => id),
      )
    ).map((routing) => [routing.id, routing]),
  );
  return newest.flatMap(({ id }) => routings.get(id) ?? []);
}

/** Versions of one code, newest first, after a version. */
export async function pageOfVersions(
  db: Db,
  factoryId: string,
  code: string,
  { first, after }: { first: number; after: string | null },
): Promise<Routing[]> {
  if (!isLabel(code) || (after !== null && !/^\d{1,9}$/.test(after))) return [];
  const rows = await db.routing.findMany({
    where: { factoryId, code, ...(after === null ? {} : { version: { lt: Number(after) } }) },
    orderBy: { version: 'desc' },
    take: first + 1,
  });
  return rows.map(toRouting);
}

/** False when it was archived already. */
export async function archive(tx: Db, { id, archivedAt }: Routing): Promise<boolean> {
  const { count } = await tx.routing.updateMany({ where: { id, archivedAt: null }, data: { archivedAt } });
  return count === 1;
}

/** False when somebody else took this version number. */
export async function insert(tx: Db, tenantId: string, version: RoutingVersion, at: Date): Promise<boolean> {
  const { routing, operations } = version;
  const { count } = await tx.routing.createMany({
    data: [{ ...routing, tenantId, createdAt: at }],
    skipDuplicates: true,
  });
  if (count === 0) return false;
  const { id: routingId, factoryId } = routing;
  await tx.routingOperation.createMany({
    data: operations.map((operation) => ({
      ...operation,
      after: [...operation.after],
      with: [...operation.with],
      requiredSkills: [...operation.requiredSkills],
      materialIds: [...operation.materialIds],
      routingId,
      tenantId,
      factoryId,
    })),
  });
  return true;
}

const toRouting = (row: Prisma.RoutingModel): Routing => ({
  id: row.id,
  factoryId: row.factoryId,
  code: row.code,
  version: row.version,
  productId: row.productId,
  archivedAt: row.archivedAt,
});

const toOperation = (row: Prisma.RoutingOperationModel): RoutingOperation => ({
  sequence: row.sequence,
  name: row.name,
  stationId: row.stationId,
  setupSeconds: row.setupSeconds?.toFixed() ?? null,
  runSecondsPerPiece: row.runSecondsPerPiece?.toFixed() ?? null,
  runSecondsPerBatch: row.runSecondsPerBatch?.toFixed() ?? null,
  batchQuantity: row.batchQuantity?.toFixed() ?? null,
  after: row.after,
  with: row.with,
  transferQuantity: row.transferQuantity?.toFixed() ?? null,
  equipmentClass: row.equipmentClass,
  requiredSkills: row.requiredSkills,
  materialIds: row.materialIds,
});
