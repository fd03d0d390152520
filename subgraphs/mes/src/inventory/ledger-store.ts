import { isId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import { isLabel } from '../text-rules.ts';
import type { TimePage } from '../time-cursor.ts';
import type { LedgerRow, MovementKind } from './movement-rules.ts';

export type LedgerEntry = LedgerRow &
  Readonly<{
    id: string;
    movementId: string;
    factoryId: string;
    warehouseId: string;
    unit: string | null;
    workOrderId: string | null;
    reportId: string | null;
    reason: string | null;
    reference: string | null;
    movedBy: string;
    movedAt: Date;
  }>;

export type LedgerFilter = Readonly<{
  factoryId?: string | null | undefined;
  materialId?: string | null | undefined;
  lotId?: string | null | undefined;
  workOrderId?: string | null | undefined;
  locationId?: string | null | undefined;
  kind?: readonly MovementKind[] | null | undefined;
}>;

/** Latest first. */
export async function pageOfLedger(db: Db, { first, before }: TimePage, filter: LedgerFilter): Promise<LedgerEntry[]> {
  const { kind, ...equal } = filter;
  const { lotId, workOrderId, locationId } = filter;
  if ([lotId, workOrderId, locationId].some((id) => id != null && !isId(id))) return [];
  if ([filter.factoryId, filter.materialId].some((text) => text != null && !isLabel(text))) return [];
  const rows = await db.stockMovement.findMany({
    where: {
      ...Object.fromEntries(Object.entries(equal).filter(([, value]) => value != null)),
      ...(kind ? { kind: { in: [...kind] } } : {}),
      ...(before && { movedAt: { lte: before.at }, OR: [{ movedAt: { lt: before.at } }, { id: { lt: before.id } }] }),
    },
    orderBy: [{ movedAt: 'desc' }, { id: 'desc' }],
    take: first + 1,
  });
  return rows.map(toEntry);
}

export async function findEntries(db: Db, ids: readonly string[]): Promise<LedgerEntry[]> {
  return (await db.stockMovement.findMany({ where: { id: { in: [...ids] } } })).map(toEntry);
}

/** The rows of these movements, what leaves before what enters. */
export async function entriesOf(db: Db, movementIds: readonly string[]): Promise<LedgerEntry[]> {
  const where = { movementId: { in: [...movementIds] } };
  return (await db.stockMovement.findMany({ where, orderBy: [{ movementId: 'asc' }, { quantity: 'asc' }] })).map(
    toEntry,
  );
}

const toEntry = (row: Prisma.StockMovementModel): LedgerEntry => ({
  id: row.id,
  movementId: row.movementId,
  kind: row.kind as MovementKind,
  factoryId: row.factoryId,
  warehouseId: row.warehouseId,
  locationId: row.locationId,
  materialId: row.materialId,
  lotId: row.lotId,
  quantity: row.quantity.toFixed(),
  unit: row.unit,
  workOrderId: row.workOrderId,
  reportId: row.reportId,
  reason: row.reason,
  reference: row.reference,
  movedBy: row.movedBy,
  movedAt: row.movedAt,
});
