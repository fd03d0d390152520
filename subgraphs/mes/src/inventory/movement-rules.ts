/** What a movement of stock is, when it may be, and which rows of the ledger it becomes. Pure. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import { isLabel, isNote } from '../text-rules.ts';
import type { Purpose, Tracking } from './place-rules.ts';

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

export type MovementRefusal =
  | 'BAD_NAME'
  | 'BAD_QUANTITY'
  | 'REASON_REQUIRED'
  | 'NOTHING_MOVES'
  | 'ORDER_NOT_OPEN'
  | 'LOT_NOT_FOUND'
  | 'LOT_REQUIRED'
  | 'LOT_NOT_AVAILABLE'
  | 'LOT_EXPIRED'
  | 'SERIAL_IN_STOCK'
  | 'MORE_THAN_CONSUMED';

/** What a person wrote, before anything is looked up. */
export function refuseText(movement: Movement): MovementRefusal | null {
  const { kind, materialId, becomes, quantity, from, to, reason, reference } = movement;
  if (!isLabel(materialId) || (becomes && !isLabel(becomes.materialId))) return 'BAD_NAME';
  if (reference != null && !isLabel(reference)) return 'BAD_NAME';
  if (reason != null && !isNote(reason)) return 'REASON_REQUIRED';
  if (NEEDS_REASON.has(kind) && !reason?.trim()) return 'REASON_REQUIRED';
  if (new Decimal(quantity).lte(0) || (becomes && new Decimal(becomes.quantity).lte(0))) return 'BAD_QUANTITY';
  if (
    kind === 'RECLASSIFY' &&
    materialId === becomes?.materialId &&
    (movement.lotId ?? null) === (becomes.lotId ?? null)
  )
    return 'NOTHING_MOVES';
  return kind !== 'RECLASSIFY' && from != null && from === to ? 'NOTHING_MOVES' : null;
}

const NEEDS_REASON: ReadonlySet<MovementKind> = new Set(['SCRAP', 'ADJUST', 'RECLASSIFY']);

/** Kinds that put stock to use. The others carry it about or take it out of the books, whatever state it is in. */
const USES: ReadonlySet<MovementKind> = new Set(['ISSUE', 'CONSUME', 'SHIP']);

const OPEN_FOR: Readonly<Partial<Record<MovementKind, readonly string[]>>> = {
  ISSUE: ['RELEASED', 'IN_PROGRESS'],
  // Until its books are closed, what an order used may be put right.
  CONSUME: ['IN_PROGRESS', 'COMPLETED'],
};
const BOOKS_CLOSED: readonly string[] = ['CLOSED', 'CANCELLED'];

export type LotFacts = Readonly<{
  id: string;
  factoryId: string;
  materialId: string;
  status: string;
  expiresOn: string | null;
}>;

export type MovementFacts = Readonly<{
  factoryId: string;
  tracking: Tracking;
  /** Null without one, undefined when there is no such lot. */
  lot: LotFacts | null | undefined;
  fromPurpose: Purpose | null;
  orderStatus: string | null;
  /** The plant's day. */
  today: string;
  expiredLot: 'BLOCK' | 'WARN' | 'ALLOW';
  /** What there is of the lot anywhere in the plant. */
  lotOnHand: string;
  /** For what is given back after it had been counted as used: how much of it the order used. */
  consumed: string | null;
}>;

export type Verdict = Decision<
  Readonly<{ warnings: readonly 'LOT_EXPIRED'[] }>,
  never,
  Readonly<{ code: MovementRefusal; limit?: string; actual?: string }>
>;

/** Whether the plant lets the movement be, as far as the place's balance does not decide it. */
export function judge(movement: Movement, facts: MovementFacts): Verdict {
  const { kind, materialId, quantity } = movement;
  const { lot, tracking, orderStatus } = facts;
  if (orderStatus !== null && !isOpen(movement, orderStatus)) return refuse({ code: 'ORDER_NOT_OPEN' });
  if (lot === undefined || (lot && (lot.materialId !== materialId || lot.factoryId !== facts.factoryId))) {
    return refuse({ code: 'LOT_NOT_FOUND' });
  }
  // A count also settles what reports took without a lot.
  if (tracking !== 'NONE' && lot === null && kind !== 'ADJUST') return refuse({ code: 'LOT_REQUIRED' });
  if (tracking === 'SERIAL' && lot !== null) {
    if (!new Decimal(quantity).eq(1)) return refuse({ code: 'BAD_QUANTITY', limit: '1', actual: quantity });
    if (movement.from == null && new Decimal(facts.lotOnHand).gt(0)) return refuse({ code: 'SERIAL_IN_STOCK' });
  }
  if (facts.consumed !== null && new Decimal(quantity).gt(facts.consumed)) {
    return refuse({ code: 'MORE_THAN_CONSUMED', limit: facts.consumed, actual: quantity });
  }
  if (!USES.has(kind)) return accept({ warnings: [] });
  if (facts.fromPurpose === 'QUARANTINE' || (lot && lot.status !== 'AVAILABLE')) {
    return refuse({ code: 'LOT_NOT_AVAILABLE' });
  }
  if (!lot || lot.expiresOn === null || lot.expiresOn >= facts.today || facts.expiredLot === 'ALLOW') {
    return accept({ warnings: [] });
  }
  return facts.expiredLot === 'BLOCK' ? refuse({ code: 'LOT_EXPIRED' }) : accept({ warnings: ['LOT_EXPIRED'] });
}

function isOpen({ kind, from }: Movement, status: string): boolean {
  const open = OPEN_FOR[kind];
  if (open) return open.includes(status);
  // What lies at the line can always be brought back; what had been counted as used only while the books are open.
  return kind !== 'RETURN' || from != null || !BOOKS_CLOSED.includes(status);
}

/** The day it is in the plant. */
export const plantDay = (timeZone: string, at: Date): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);

export function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}

export type Candidate = Readonly<{ balanceId: string; locationId: string; lotId: string | null; free: string }>;
export type Pick<From extends Candidate> = Readonly<{ candidate: From; quantity: string }>;

/** Takes from the candidates in their order until there is enough. */
export function allocate<From extends Candidate>(
  candidates: readonly From[],
  quantity: string,
): Readonly<{ picks: readonly Pick<From>[]; short: string }> {
  let open = new Decimal(quantity);
  const picks: Pick<From>[] = [];
  for (const candidate of candidates) {
    const taken = Decimal.min(open, candidate.free);
    if (taken.lte(0)) continue;
    picks.push({ candidate, quantity: taken.toFixed() });
    open = open.minus(taken);
  }
  return { picks, short: open.toFixed() };
}
