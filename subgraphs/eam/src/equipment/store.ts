import type { Page, PageRequest } from '@enghub/subgraph-kit/pages';
import { toPage } from '@enghub/subgraph-kit/pages';
import type { Db } from '../database.ts';
import { Prisma, type Equipment as Row } from '../generated/prisma/client.ts';
import type { Equipment, KnownStation } from './rules.ts';

export async function byIds(db: Db, ids: readonly string[]): Promise<Equipment[]> {
  return (await db.equipment.findMany({ where: { id: { in: [...ids] } } })).map(toState);
}

export async function byStations(db: Db, stationIds: readonly string[]): Promise<Equipment[]> {
  return (await db.equipment.findMany({ where: { stationId: { in: [...stationIds] } } })).map(toState);
}

/** Ordered by code, which is unique within a plant. */
export async function page(db: Db, factoryId: string, { first, after }: PageRequest): Promise<Page<Equipment>> {
  const rows = await db.equipment.findMany({
    where: { factoryId, ...(after && { code: { gt: after[0]! } }) },
    orderBy: { code: 'asc' },
    take: first + 1,
  });
  return toPage(rows.map(toState), first, ({ code }) => [code]);
}

/** Nobody else enters equipment at this station until the transaction ends. */
export async function lockStation(tx: Db, id: string): Promise<KnownStation | null> {
  const rows = await tx.$queryRaw<KnownStation[]>`
    SELECT id::text, factory_id AS "factoryId", code, name FROM known_stations WHERE id = ${id}::uuid FOR UPDATE`;
  return rows[0] ?? null;
}

export async function saveStation(tx: Db, tenantId: string, { id, ...station }: KnownStation): Promise<void> {
  await tx.knownStation.upsert({ where: { id }, create: { id, tenantId, ...station }, update: station });
}

export async function withCode(tx: Db, factoryId: string, code: string): Promise<Equipment | null> {
  const row = await tx.equipment.findFirst({ where: { factoryId, code } });
  return row && toState(row);
}

export async function codesLike(tx: Db, factoryId: string, code: string): Promise<ReadonlySet<string>> {
  const rows = await tx.equipment.findMany({
    where: { factoryId, code: { startsWith: code } },
    select: { code: true },
  });
  return new Set(rows.map((row) => row.code));
}

export async function save(tx: Db, tenantId: string, { id, ...equipment }: Equipment): Promise<void> {
  const { code, name } = equipment;
  await tx.equipment.upsert({ where: { id }, create: { id, tenantId, ...equipment }, update: { code, name } });
}

/** Two people chose the same code at the same moment. */
export const isTakenMeanwhile = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';

const toState = ({ id, factoryId, code, name, stationId, registeredAt }: Row): Equipment => ({
  id,
  factoryId,
  code,
  name,
  stationId,
  registeredAt,
});
