import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { Factory, ProductionLine, Station } from './rules.ts';

export async function findFactories(db: Db, ids: readonly string[]): Promise<Factory[]> {
  return (await db.factory.findMany({ where: { id: { in: [...ids] } } })).map(toFactory);
}

export async function listFactories(db: Db): Promise<Factory[]> {
  return (await db.factory.findMany({ orderBy: { id: 'asc' } })).map(toFactory);
}

export async function saveFactory(
  tx: Db,
  tenantId: string,
  { id, calendarVersion, ...settings }: Factory,
  about: { at: Date; calendarMoved: boolean },
): Promise<void> {
  const { at, calendarMoved } = about;
  await tx.factory.upsert({
    where: { tenantId_id: { tenantId, id } },
    create: { ...settings, calendarVersion, tenantId, id, createdAt: at, updatedAt: at },
    // Shift patterns move the version too: add to what is there now.
    update: { ...settings, ...(calendarMoved ? { calendarVersion: { increment: 1 } } : {}), updatedAt: at },
  });
}

export async function findLines(db: Db, ids: readonly string[]): Promise<ProductionLine[]> {
  return (await db.productionLine.findMany({ where: { id: { in: [...ids] } } })).map(toLine);
}

export async function findLinesOf(db: Db, factoryIds: readonly string[]): Promise<ProductionLine[]> {
  const rows = await db.productionLine.findMany({
    where: { factoryId: { in: [...factoryIds] } },
    orderBy: { code: 'asc' },
  });
  return rows.map(toLine);
}

export async function findLineByCode(db: Db, factoryId: string, code: string): Promise<ProductionLine | null> {
  const row = await db.productionLine.findFirst({ where: { factoryId, code } });
  return row && toLine(row);
}

/** Writes the line; the one that a twin wrote a moment ago under this code stays, and is answered. */
export async function saveLine(tx: Db, tenantId: string, line: ProductionLine): Promise<ProductionLine> {
  const { factoryId, code } = line;
  const row = await tx.productionLine.upsert({
    where: { tenantId_factoryId_code: { tenantId, factoryId, code } },
    create: { ...line, tenantId },
    update: { name: line.name },
  });
  return toLine(row);
}

export async function findStations(db: Db, ids: readonly string[]): Promise<Station[]> {
  return (await db.station.findMany({ where: { id: { in: [...ids] } } })).map(toStation);
}

export async function findStationsOf(db: Db, factoryIds: readonly string[]): Promise<Station[]> {
  const rows = await db.station.findMany({ where: { factoryId: { in: [...factoryIds] } }, orderBy: { code: 'asc' } });
  return rows.map(toStation);
}

export async function findStationsByCode(db: Db, factoryId: string, codes: readonly string[]): Promise<Station[]> {
  if (codes.length === 0) return [];
  return (await db.station.findMany({ where: { factoryId, code: { in: [...codes] } } })).map(toStation);
}

export async function saveStation(tx: Db, tenantId: string, station: Station): Promise<Station> {
  const { factoryId, code, name, lineId, capacity } = station;
  const row = await tx.station.upsert({
    where: { tenantId_factoryId_code: { tenantId, factoryId, code } },
    create: { ...station, tenantId },
    update: { name, lineId, capacity },
  });
  return toStation(row);
}

const toFactory = ({ id, name, timeZone, overproductionPercent, calendarVersion }: Prisma.FactoryModel): Factory => ({
  id,
  name,
  timeZone,
  overproductionPercent: overproductionPercent.toFixed(),
  calendarVersion,
});

const toLine = ({ id, factoryId, code, name }: Prisma.ProductionLineModel): ProductionLine => ({
  id,
  factoryId,
  code,
  name,
});

const toStation = ({ id, factoryId, lineId, code, name, capacity }: Prisma.StationModel): Station => ({
  id,
  factoryId,
  lineId,
  code,
  name,
  capacity,
});
