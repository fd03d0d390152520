import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import { isLabel } from '../text-rules.ts';
import type { TimePage } from '../time-cursor.ts';
import type { Receipt, ReceiptState } from './receipt-rules.ts';

export async function findReceipt(db: Db, id: string): Promise<Receipt | null> {
  const row = await db.finishedGoodsReceipt.findFirst({ where: { id } });
  return row && toReceipt(row);
}

/** Of orders, oldest first. */
export async function receiptsOf(db: Db, workOrderIds: readonly string[]): Promise<Receipt[]> {
  const rows = await db.finishedGoodsReceipt.findMany({
    where: { workOrderId: { in: [...workOrderIds] } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });
  return rows.map(toReceipt);
}

/** Newest first. */
export async function pageOfReceipts(
  db: Db,
  factoryId: string,
  state: ReceiptState | null,
  { first, before }: TimePage,
): Promise<Receipt[]> {
  if (!isLabel(factoryId)) return [];
  const rows = await db.finishedGoodsReceipt.findMany({
    where: {
      factoryId,
      ...(state ? { state } : {}),
      ...(before
        ? { createdAt: { lte: before.at }, OR: [{ createdAt: { lt: before.at } }, { id: { lt: before.id } }] }
        : {}),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: first + 1,
  });
  return rows.map(toReceipt);
}

export async function insertReceipt(tx: Db, tenantId: string, receipt: Receipt): Promise<void> {
  await tx.finishedGoodsReceipt.createMany({ data: [{ ...receipt, tenantId }] });
}

/** The caller holds the order's row, so nobody else writes its receipts. */
export async function saveReceipt(tx: Db, receipt: Receipt): Promise<Receipt> {
  const { id, state, quantity, lotId, locationId, movementId, reason, decidedBy, decidedAt } = receipt;
  const row = await tx.finishedGoodsReceipt.update({
    where: { id },
    data: {
      state,
      quantity,
      lotId,
      locationId,
      movementId,
      reason,
      decidedBy,
      decidedAt,
      version: { increment: 1 },
    },
  });
  return toReceipt(row);
}

/** Where this product was put the last time; else a place for storage, those of the whole plant first. */
export async function suggestLocation(db: Db, factoryId: string, productId: string): Promise<string | null> {
  const [found] = await db.$queryRaw<{ id: string }[]>`
    SELECT location_id::text AS id FROM (
      (SELECT r.location_id, 0 AS turn, NULL AS line, '' AS code FROM finished_goods_receipts r
         JOIN stock_locations l ON l.id = r.location_id
        WHERE r.factory_id = ${factoryId} AND r.product_id = ${productId} AND r.state = 'ACCEPTED'
        ORDER BY r.decided_at DESC LIMIT 1)
      UNION ALL
      SELECT id, 1, line_id, code FROM stock_locations WHERE factory_id = ${factoryId} AND purpose = 'STORAGE') AS places
     ORDER BY turn, line NULLS FIRST, code LIMIT 1`;
  return found?.id ?? null;
}

const toReceipt = (row: Prisma.FinishedGoodsReceiptModel): Receipt => ({
  id: row.id,
  factoryId: row.factoryId,
  workOrderId: row.workOrderId,
  productId: row.productId,
  state: row.state as ReceiptState,
  version: row.version,
  lotId: row.lotId,
  quantity: row.quantity.toFixed(),
  unit: row.unit,
  locationId: row.locationId,
  movementId: row.movementId,
  reason: row.reason,
  createdAt: row.createdAt,
  decidedBy: row.decidedBy,
  decidedAt: row.decidedAt,
});
