import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { Area, Factory, ProductionLine, Station } from './rules.ts';

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

export async function findAreas(db: Db, ids: readonly string[]): Promise<Area[]> {
  return (await db.area.findMany({ where: { id: { in: [...ids] } } })).map(toArea);
}

export async function findAreasOf(db: Db, factoryIds: readonly string[]): Promise<Area[]> {
  const rows = await db.area.findMany({ where: { factoryId: { in: [...factoryIds] } }, orderBy: { code: 'asc' } });
  return rows.map(toArea);
}

export async function findAreaByCode(db: Db, factoryId: string, code: string): Promise<Area | null> {
  const row = await db.area.findFirst({ where: { factoryId, code } });
  return row && toArea(row);
}

/** Writes the area; the one that a twin wrote a moment ago under this code stays, and is answered. */
export async function saveArea(tx: Db, tenantId: string, area: Area): Promise<Area> {
  const { factoryId, code, name } = area;
  const row = await tx.area.upsert({
    where: { tenantId_factoryId_code: { tenantId, factoryId, code } },
    create: { ...area, tenantId },
    update: { name },
  });
  return toArea(row);
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

export async function findLinesOfAreas(db: Db, areaIds: readonly string[]): Promise<ProductionLine[]> {
  const rows = await db.productionLine.findMany({ where: { areaId: { in: [...areaIds] } }, orderBy: { code: 'asc' } });
  return rows.map(toLine);
}

export async function findLineByCode(db: Db, factoryId: string, code: string): Promise<ProductionLine | null> {
  const row = await db.productionLine.findFirst({ where: { factoryId, code } });
  return row && toLine(row);
}

/** Writes the line; the one that a twin wrote a moment ago under this code stays, and is answered. */
export async function saveLine(tx: Db, tenantId: string, line: ProductionLine): Promise<ProductionLine> {
  const { factoryId, code, name, areaId } = line;
  const row = await tx.productionLine.upsert({
    where: { tenantId_factoryId_code: { tenantId, factoryId, code } },
    create: { ...line, tenantId },
    update: { name, areaId },
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

export async function findStationsOfLines(db: Db, lineIds: readonly string[]): Promise<Station[]> {
  const rows = await db.station.findMany({ where: { lineId: { in: [...lineIds] } }, orderBy: { code: 'asc' } });
  return rows.map(toStation);
}

export async function findStationsByCode(db: Db, factoryId: string, codes: readonly string[]): Promise<Station[]> {
  if (codes.length === 0) return [];
  return (await db.station.findMany({ where: { factoryId, code: { in: [...codes] } } })).map(toStation);
}

export async function saveStation(tx: Db, tenantId: string, station: Station): Promise<Station> {
  const { factoryId, code, name, lineId, capacity, equipmentClass } = station;
  const row = await tx.station.upsert({
    where: { tenantId_factoryId_code: { tenantId, factoryId, code } },
    create: { ...station, tenantId },
    update: { name, lineId, capacity, equipmentClass },
  });
  return toStation(row);
}

/** False when a twin did it a moment ago. */
export async function saveRetirement(tx: Db, { id, retiredAt }: Station): Promise<boolean> {
  const before = retiredAt ? { retiredAt: null } : { retiredAt: { not: null } };
  const { count } = await tx.station.updateMany({ where: { id, ...before }, data: { retiredAt } });
  return count === 1;
}

const toFactory = ({ id, name, timeZone, overproductionPercent, calendarVersion }: Prisma.FactoryModel): Factory => ({
  id,
  name,
  timeZone,
  overproductionPercent: overproductionPercent.toFixed(),
  calendarVersion,
});

const toArea = ({ id, factoryId, code, name }: Prisma.AreaModel): Area => ({ id, factoryId, code, name });

const toLine = ({ id, factoryId, areaId, code, name }: Prisma.ProductionLineModel): ProductionLine => ({
  id,
  factoryId,
  areaId,
  code,
  name,
});

const toStation = (row: Prisma.StationModel): Station => ({
  id: row.id,
  factoryId: row.factoryId,
  lineId: row.lineId,
  code: row.code,
  name: row.name,
  capacity: row.capacity,
  equipmentClass: row.equipmentClass,
  retiredAt: row.retiredAt,
});
