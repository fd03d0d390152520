import { newId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import { ledgerRows, type LedgerRow, type Movement } from './movement-rules.ts';

export type NegativeStock = 'BLOCK' | 'WARN' | 'ALLOW';

/** What post_movements answers for one movement. */
export type PostAnswer = Readonly<{
  movementId: string;
  outcome: 'POSTED' | 'SHORT' | 'REFUSED' | 'NOT_POSTED';
  locationId: string | null;
  materialId: string | null;
  lotId: string | null;
  limit: string | null;
  actual: string | null;
}>;

export type PostedRow = LedgerRow & Readonly<{ movementId: string }>;

/** All of the movements, or none of them. */
export async function postMovements(
  tx: Db,
  movements: readonly Movement[],
  about: Readonly<{ mode: NegativeStock; by: string; at: Date }>,
): Promise<Readonly<{ answers: readonly PostAnswer[]; rows: readonly PostedRow[] }>> {
  const posted = movements.flatMap((movement) => {
    const movementId = newId();
    return ledgerRows(movement).map((row) => ({ ...row, movementId, movement }));
  });
  const rows = posted.map(({ movement, ...row }) => ({
    id: newId(),
    movement_id: row.movementId,
    kind: row.kind,
    mode: about.mode,
    location_id: row.locationId,
    material_id: row.materialId,
    lot_id: row.lotId,
    quantity: row.quantity,
    work_order_id: movement.workOrderId ?? null,
    operation_id: movement.operationId ?? null,
    reason: movement.reason ?? null,
    reference: movement.reference ?? null,
    request_id: movement.requestId ?? null,
    moved_by: about.by,
    moved_at: movement.at ?? about.at,
  }));
  const [answered] = await tx.$queryRaw<{ answers: PostAnswer[] }[]>`
    SELECT post_movements(${JSON.stringify(rows)}::jsonb) AS answers`;
  return { answers: answered!.answers, rows: posted.map(({ movement: _, ...row }) => row) };
}

/** Which of these locations the plant has. */
export async function findLocationIds(db: Db, factoryId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db.stockLocation.findMany({ where: { factoryId, id: { in: [...ids] } }, select: { id: true } });
  return new Set(rows.map(({ id }) => id));
}

/** Usable and kept for nobody else, by material. */
export async function availableStock(
  db: Db,
  factoryId: string,
  materialIds: readonly string[],
  at: Date | null,
  workOrderId: string | null,
): Promise<Map<string, string>> {
  const rows = await db.$queryRaw<{ materialId: string; available: string }[]>`
    SELECT b.material_id AS "materialId",
           trim_scale(sum(b.on_hand - b.reserved + coalesce(r.quantity, 0)))::text AS available
      FROM stock_balances b
      JOIN stock_locations l ON l.id = b.location_id
      LEFT JOIN lots t ON t.id = b.lot_id
      LEFT JOIN stock_reservations r ON r.balance_id = b.id AND r.work_order_id = ${workOrderId}::uuid
     WHERE b.factory_id = ${factoryId} AND b.material_id = ANY(${[...materialIds]})
       AND (b.on_hand <> 0 OR b.reserved <> 0)
       AND l.purpose IN ('STORAGE', 'PRODUCTION')
       AND (t.id IS NULL OR t.status = 'AVAILABLE'
            AND (t.expires_on IS NULL OR t.expires_on >= (SELECT first_usable_expiry(${factoryId}, coalesce(${at}::timestamptz, now())))))
     GROUP BY b.material_id`;
  return new Map(rows.map(({ materialId, available }) => [materialId, available]));
}

export async function hasProductionLocation(db: Db, factoryId: string): Promise<boolean> {
  return (await db.stockLocation.findFirst({ where: { factoryId, purpose: 'PRODUCTION' } })) !== null;
}

/** Shared with others who move the lots, and not with who changes their state. */
export async function lockLots(tx: Db, ids: readonly string[]): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM lots WHERE id = ANY(${[...ids]}::uuid[]) ORDER BY id FOR SHARE`;
}

export async function onHandOfLot(tx: Db, factoryId: string, lotId: string): Promise<string> {
  const { _sum } = await tx.stockBalance.aggregate({ where: { factoryId, lotId }, _sum: { onHand: true } });
  return _sum.onHand?.toFixed() ?? '0';
}

/** What the order used and did not give back, of the lot or of what has none. */
export async function consumedBy(
  tx: Db,
  workOrderId: string,
  materialId: string,
  lotId: string | null,
): Promise<string> {
  const { _sum } = await tx.stockMovement.aggregate({
    where: { workOrderId, materialId, lotId, kind: { in: ['CONSUME', 'RETURN'] } },
    _sum: { quantity: true },
  });
  return _sum.quantity?.neg().toFixed() ?? '0';
}

export type BalanceKey = Readonly<{ locationId: string; materialId: string; lotId: string | null }>;

/** What the books say is there; nobody moves it until the transaction ends. */
export async function lockedOnHand(tx: Db, { locationId, materialId, lotId }: BalanceKey): Promise<string> {
  const keys = JSON.stringify([{ location_id: locationId, material_id: materialId, lot_id: lotId }]);
  await tx.$executeRaw`SELECT lock_stock(${keys}::jsonb)`;
  const row = await tx.stockBalance.findFirst({ where: { locationId, materialId, lotId: lotId ?? NO_LOT } });
  return row?.onHand.toFixed() ?? '0';
}

/** What stock without a lot has in place of one. */
export const NO_LOT = '00000000-0000-0000-0000-000000000000';

export async function linkLots(
  tx: Db,
  link: Readonly<{ tenantId: string; factoryId: string; from: string; to: string; at: Date }>,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO lot_edges (input_lot_id, output_lot_id, tenant_id, factory_id, created_at)
    VALUES (${link.from}::uuid, ${link.to}::uuid, ${link.tenantId}, ${link.factoryId}, ${link.at})
    ON CONFLICT DO NOTHING`;
}
