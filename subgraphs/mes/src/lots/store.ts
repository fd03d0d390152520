import { isId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import { isLabel } from '../text-rules.ts';
import type { TimePage } from '../time-cursor.ts';
import type { Lot, LotKind, LotStatus } from './rules.ts';

export async function findLots(db: Db, ids: readonly string[]): Promise<Lot[]> {
  return (await db.lot.findMany({ where: { id: { in: [...ids] } } })).map(toLot);
}

export type LotKey = Readonly<{ materialId: string; number: string }>;

/** The lots of a plant with these numbers. */
export async function findLotsByKey(db: Db, factoryId: string, keys: readonly LotKey[]): Promise<Lot[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT l.id::text
      FROM jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) AS k("materialId" text, number text)
      JOIN lots l ON l.factory_id = ${factoryId} AND l.material_id = k."materialId" AND l.number = k.number`;
  return findLots(db, rows.map(({ id }) => id)); // prettier-ignore
}

/** Writes those that the plant does not have yet and answers their ids; in one order for all, so nobody deadlocks. */
export async function insertLots(tx: Db, tenantId: string, lots: readonly Lot[]): Promise<ReadonlySet<string>> {
  const data = [...lots]
    .sort((a, b) => compare(a.materialId, b.materialId) || compare(a.number, b.number))
    .map((lot) => ({ ...lot, tenantId, expiresOn: lot.expiresOn === null ? null : new Date(lot.expiresOn) }));
  const rows = await tx.lot.createManyAndReturn({ data, skipDuplicates: true, select: { id: true } });
  return new Set(rows.map(({ id }) => id));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export async function saveStatus(tx: Db, { id, status, statusReason, version }: Lot): Promise<void> {
  await tx.lot.updateMany({ where: { id }, data: { status, statusReason, version } });
}

export type LotFilter = Readonly<{
  materialId?: string | null | undefined;
  status?: readonly LotStatus[] | null | undefined;
  supplierId?: string | null | undefined;
  workOrderId?: string | null | undefined;
  expiresBefore?: string | null | undefined;
  numberPrefix?: string | null | undefined;
}>;

/** Newest first. */
export async function pageOfLots(db: Db, factoryId: string, page: TimePage, filter: LotFilter): Promise<Lot[]> {
  const { materialId, status, supplierId, workOrderId, expiresBefore, numberPrefix } = filter;
  const texts = [factoryId, materialId, supplierId, numberPrefix];
  if (texts.some((text) => text != null && !isLabel(text)) || (workOrderId != null && !isId(workOrderId))) return [];
  const rows = await db.lot.findMany({
    where: {
      factoryId,
      ...(materialId == null ? {} : { materialId }),
      ...(status ? { status: { in: [...status] } } : {}),
      ...(supplierId == null ? {} : { supplierId }),
      ...(workOrderId == null ? {} : { workOrderId }),
      ...(expiresBefore == null ? {} : { expiresOn: { lt: new Date(expiresBefore) } }),
      // In LIKE, these three would stand for others.
      ...(numberPrefix == null ? {} : { number: { startsWith: numberPrefix.replace(/[\\%_]/g, '\\$&') } }),
      ...(page.before ? olderThan(page.before) : {}),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: page.first + 1,
  });
  return rows.map(toLot);
}

// The first condition alone is what the index can be entered with.
const olderThan = ({ at, id }: { at: Date; id: string }) => ({
  createdAt: { lte: at },
  OR: [{ createdAt: { lt: at } }, { id: { lt: id } }],
});

/** At most two: enough to know that the number alone does not tell which. */
export async function findByNumber(
  db: Db,
  factoryId: string,
  number: string,
  materialId: string | null,
): Promise<Lot[]> {
  if (![factoryId, number, materialId].every((text) => text === null || isLabel(text))) return [];
  const where = { factoryId, number, ...(materialId === null ? {} : { materialId }) };
  return (await db.lot.findMany({ where, take: 2 })).map(toLot);
}

/** By the GTIN of the lot, or of its material where the lot is older than that. */
export async function findByGtin(db: Db, factoryId: string, gtin: string, number: string): Promise<Lot[]> {
  if (!isLabel(factoryId)) return [];
  const materials = await db.materialStockSettings.findMany({
    where: { factoryId, gtin },
    select: { materialId: true },
  });
  const ofMaterial = { gtin: null, materialId: { in: materials.map(({ materialId }) => materialId) } };
  return (await db.lot.findMany({ where: { factoryId, number, OR: [{ gtin }, ofMaterial] }, take: 2 })).map(toLot);
}

export type MaterialDefaults = Readonly<{
  materialId: string;
  unit: string;
  gtin: string | null;
  shelfLifeDays: number | null;
}>;

/** In what the plant counts materials, by which GTIN it knows them, and how long they keep. */
export async function findMaterialDefaults(
  db: Db,
  factoryId: string,
  materialIds: readonly string[],
): Promise<MaterialDefaults[]> {
  return db.materialStockSettings.findMany({
    where: { factoryId, materialId: { in: [...materialIds] } },
    select: { materialId: true, unit: true, gtin: true, shelfLifeDays: true },
  });
}

export type OrderOfLot = Readonly<{ outputLotId: string | null; lotNumber: LotNumbering | null | undefined }>;
export type LotNumbering = Readonly<{ assignedAt: 'RELEASE' | 'START'; pattern: string }>;

/** What the order makes and how it is to be numbered; undefined while its policies are not fixed yet. */
export async function findOrderOfLot(tx: Db, orderId: string): Promise<OrderOfLot | null> {
  const row = await tx.workOrder.findFirst({
    where: { id: orderId },
    select: { outputLotId: true, policies: true },
  });
  if (!row) return null;
  const policies = row.policies as { lotNumber?: LotNumbering | null } | null;
  return { outputLotId: row.outputLotId, lotNumber: policies === null ? undefined : (policies.lotNumber ?? null) };
}

export async function setOutputLot(tx: Db, orderId: string, lotId: string): Promise<void> {
  await tx.workOrder.updateMany({ where: { id: orderId }, data: { outputLotId: lotId } });
}

const toLot = (row: Prisma.LotModel): Lot => ({
  id: row.id,
  factoryId: row.factoryId,
  materialId: row.materialId,
  number: row.number,
  kind: row.kind as LotKind,
  status: row.status as LotStatus,
  statusReason: row.statusReason,
  unit: row.unit,
  expiresOn: row.expiresOn?.toISOString().slice(0, 10) ?? null,
  supplierId: row.supplierId,
  supplierLot: row.supplierLot,
  gtin: row.gtin,
  workOrderId: row.workOrderId,
  version: row.version,
  createdBy: row.createdBy,
  createdAt: row.createdAt,
});
