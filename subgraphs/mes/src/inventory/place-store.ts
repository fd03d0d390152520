import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import { isLabel } from '../text-rules.ts';
import type { IssueMethod, MaterialSettings, Purpose, StockLocation, Tracking, Warehouse } from './place-rules.ts';

export async function findWarehouses(db: Db, ids: readonly string[]): Promise<Warehouse[]> {
  return (await db.warehouse.findMany({ where: { id: { in: [...ids] } } })).map(toWarehouse);
}

export async function findWarehousesOf(db: Db, factoryIds: readonly string[]): Promise<Warehouse[]> {
  const where = { factoryId: { in: factoryIds.filter(isLabel) } };
  return (await db.warehouse.findMany({ where, orderBy: { code: 'asc' } })).map(toWarehouse);
}

export async function findWarehouseByCode(db: Db, factoryId: string, code: string): Promise<Warehouse | null> {
  const row = await db.warehouse.findFirst({ where: { factoryId, code } });
  return row && toWarehouse(row);
}

/** Writes it; the one that a twin wrote a moment ago under this code stays, and is answered. */
export async function saveWarehouse(tx: Db, tenantId: string, warehouse: Warehouse): Promise<Warehouse> {
  const { factoryId, code, name } = warehouse;
  const row = await tx.warehouse.upsert({
    where: { tenantId_factoryId_code: { tenantId, factoryId, code } },
    create: { ...warehouse, tenantId },
    update: { name },
  });
  return toWarehouse(row);
}

export async function findLocations(db: Db, ids: readonly string[]): Promise<StockLocation[]> {
  return (await db.stockLocation.findMany({ where: { id: { in: [...ids] } } })).map(toLocation);
}

export async function findLocationsOf(db: Db, warehouseIds: readonly string[]): Promise<StockLocation[]> {
  const where = { warehouseId: { in: [...warehouseIds] } };
  return (await db.stockLocation.findMany({ where, orderBy: { code: 'asc' } })).map(toLocation);
}

export async function findLocationByCode(tx: Db, warehouseId: string, code: string): Promise<StockLocation | null> {
  const row = await tx.stockLocation.findFirst({ where: { warehouseId, code } });
  return row && toLocation(row);
}

export async function saveLocation(tx: Db, tenantId: string, location: StockLocation): Promise<StockLocation> {
  const { warehouseId, code, name, purpose, lineId } = location;
  const row = await tx.stockLocation.upsert({
    where: { warehouseId_code: { warehouseId, code } },
    create: { ...location, tenantId },
    update: { name, purpose, lineId },
  });
  return toLocation(row);
}

/** The line's id; null when the plant has none with this code. */
export async function findLineId(db: Db, factoryId: string, code: string): Promise<string | null> {
  const line = await db.productionLine.findFirst({ where: { factoryId, code }, select: { id: true } });
  return line?.id ?? null;
}

/** Where the operation of the order that uses the material takes it from; else a place that all lines share. */
export async function findLineSide(
  tx: Db,
  factoryId: string,
  workOrderId: string,
  materialId: string,
): Promise<string | null> {
  const [place] = await tx.$queryRaw<{ id: string }[]>`
    SELECT p.id::text FROM stock_locations p
     WHERE p.factory_id = ${factoryId} AND p.purpose = 'PRODUCTION'
       AND (p.line_id IS NULL OR p.line_id IN (
         SELECT s.line_id FROM work_order_materials m
           JOIN work_order_operations o ON o.id = m.operation_id
           JOIN stations s ON s.id = o.station_id
          WHERE m.work_order_id = ${workOrderId}::uuid AND m.material_id = ${materialId}))
     ORDER BY p.line_id IS NULL, p.id LIMIT 1`;
  return place?.id ?? null;
}

export async function holdsStock(tx: Db, where: { locationId: string } | { factoryId: string; materialId: string }) {
  const row = await tx.stockBalance.findFirst({
    where: { ...where, OR: [{ onHand: { not: 0 } }, { reserved: { not: 0 } }] },
    select: { id: true },
  });
  return row !== null;
}

export type SettingsKey = Readonly<{ factoryId: string; materialId: string }>;

export async function findSettings(db: Db, keys: readonly SettingsKey[]): Promise<MaterialSettings[]> {
  const rows = await db.materialStockSettings.findMany({
    where: { OR: keys.filter(isWritable).map(({ factoryId, materialId }) => ({ factoryId, materialId })) },
  });
  return rows.map(toSettings);
}

const isWritable = ({ factoryId, materialId }: SettingsKey) => isLabel(factoryId) && isLabel(materialId);

export async function saveSettings(tx: Db, tenantId: string, settings: MaterialSettings): Promise<MaterialSettings> {
  const { factoryId, materialId, ...rest } = settings;
  const row = await tx.materialStockSettings.upsert({
    where: { tenantId_factoryId_materialId: { tenantId, factoryId, materialId } },
    create: { ...settings, tenantId },
    update: rest,
  });
  return toSettings(row);
}

const toWarehouse = ({ id, factoryId, code, name }: Prisma.WarehouseModel): Warehouse => ({
  id,
  factoryId,
  code,
  name,
});

const toLocation = (row: Prisma.StockLocationModel): StockLocation => ({
  id: row.id,
  factoryId: row.factoryId,
  warehouseId: row.warehouseId,
  code: row.code,
  name: row.name,
  purpose: row.purpose as Purpose,
  lineId: row.lineId,
});

const toSettings = (row: Prisma.MaterialStockSettingsModel): MaterialSettings => ({
  factoryId: row.factoryId,
  materialId: row.materialId,
  unit: row.unit,
  tracking: row.tracking as Tracking,
  issueMethod: row.issueMethod as IssueMethod,
  shelfLifeDays: row.shelfLifeDays,
  gtin: row.gtin,
});
