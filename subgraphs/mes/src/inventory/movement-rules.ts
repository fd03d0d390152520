/** What a movement of stock is, and which rows of the ledger it becomes. Pure. */
import { Decimal } from 'decimal.js';

export type MovementKind =
  'RECEIVE' | 'ISSUE' | 'CONSUME' | 'PRODUCE' | 'RETURN' | 'TRANSFER' | 'SCRAP' | 'ADJUST' | 'RECLASSIFY' | 'SHIP';

/** Stock that leaves a place, enters one, or both. */
export type Movement = Readonly<{
  kind: MovementKind;
  materialId: string;
  lotId?: string | null | undefined;
  /** Above zero. */
  quantity: string;
  /** The locations that it leaves and enters. */
  from?: string | null | undefined;
  to?: string | null | undefined;
  /** What it is from now on, where that changes. */
  becomes?: Readonly<{ materialId: string; lotId?: string | null | undefined; quantity: string }> | null | undefined;
  workOrderId?: string | null | undefined;
  operationId?: string | null | undefined;
  reason?: string | null | undefined;
  reference?: string | null | undefined;
  requestId?: string | null | undefined;
  at?: Date | undefined;
}>;

/** A row of the ledger; below zero where stock leaves. */
export type LedgerRow = Readonly<{
  kind: MovementKind;
  materialId: string;
  lotId: string | null;
  locationId: string;
  quantity: string;
}>;

export function ledgerRows({ kind, materialId, lotId = null, quantity, from, to, becomes }: Movement): LedgerRow[] {
  const rows: LedgerRow[] = [];
  if (from) rows.push({ kind, materialId, lotId, locationId: from, quantity: new Decimal(quantity).neg().toFixed() });
  if (to) {
    const entering = becomes ?? { materialId, lotId, quantity };
    rows.push({
      kind,
      materialId: entering.materialId,
      lotId: entering.lotId ?? null,
      locationId: to,
      quantity: new Decimal(entering.quantity).toFixed(),
    });
  }
  return rows;
}
