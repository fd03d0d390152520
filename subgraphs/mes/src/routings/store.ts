import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
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
export async function pageInForce(db: Db, factoryId: string, first: number, after: string | null): Promise<Routing[]> {
  const newest = await db.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT ON (code) id::text AS id FROM routings
     WHERE factory_id = ${factoryId} AND (${after}::text IS NULL OR code > ${after})
     ORDER BY code, version DESC LIMIT ${first + 1}`;
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
    data: operations.map((operation) => ({ ...operation, routingId, tenantId, factoryId })),
  });
  return true;
}

const toRouting = ({ id, factoryId, code, version, productId }: Prisma.RoutingModel): Routing => ({
  id,
  factoryId,
  code,
  version,
  productId,
});

const toOperation = (row: Prisma.RoutingOperationModel): RoutingOperation => ({
  sequence: row.sequence,
  name: row.name,
  stationId: row.stationId,
  setupSeconds: row.setupSeconds?.toFixed() ?? null,
  runSecondsPerPiece: row.runSecondsPerPiece?.toFixed() ?? null,
});
