/** Lots and serial-numbered pieces. Pure: the caller brings the clock and the data. */
import { fact, type Fact } from '@enghub/event-contracts/fact';
import { lotCreated } from '@enghub/event-contracts/mes/lot-created.v1';
import { lotStatusChanged } from '@enghub/event-contracts/mes/lot-status-changed.v1';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Temporal } from 'temporal-polyfill';
import { isLabel, isNote } from '../text-rules.ts';

export type LotKind = 'LOT' | 'SERIAL';
export type LotStatus = 'AVAILABLE' | 'QUARANTINE' | 'BLOCKED' | 'REJECTED' | 'SCRAPPED';

export type Lot = Readonly<{
  id: string;
  factoryId: string;
  /** A material or product of the ERP. */
  materialId: string;
  number: string;
  kind: LotKind;
  status: LotStatus;
  statusReason: string | null;
  unit: string;
  expiresOn: string | null;
  supplierId: string | null;
  supplierLot: string | null;
  /** As 14 digits. */
  gtin: string | null;
  /** The order that makes it. */
  workOrderId: string | null;
  version: number;
  createdBy: string;
  createdAt: Date;
}>;

/** What must be known to make a lot known. */
export type NewLot = Readonly<{
  factoryId: string;
  materialId: string;
  number: string;
  kind?: LotKind | null | undefined;
  /** Pieces, unless told otherwise. */
  unit?: string | null | undefined;
  status?: 'AVAILABLE' | 'QUARANTINE' | null | undefined;
  expiresOn?: string | null | undefined;
  supplierId?: string | null | undefined;
  supplierLot?: string | null | undefined;
  gtin?: string | null | undefined;
  workOrderId?: string | null | undefined;
}>;

export type NewLotRefusal = 'BAD_NUMBER' | 'BAD_TEXT';

/** A lot as it begins. Whoever calls has checked the GTIN and filled it up to 14 digits. */
export function create(wanted: NewLot & { id: string }, by: string, at: Date): Decision<Lot, Fact, NewLotRefusal> {
  const { materialId, unit, supplierId, supplierLot } = wanted;
  if (!isLabel(wanted.number)) return refuse('BAD_NUMBER');
  if (![materialId, unit, supplierId, supplierLot].every((text) => text == null || isLabel(text))) {
    return refuse('BAD_TEXT');
  }
  const lot: Lot = {
    id: wanted.id,
    factoryId: wanted.factoryId,
    materialId,
    number: wanted.number,
    kind: wanted.kind ?? 'LOT',
    status: wanted.status ?? 'AVAILABLE',
    statusReason: null,
    unit: unit ?? 'pcs',
    expiresOn: wanted.expiresOn ?? null,
    supplierId: supplierId ?? null,
    supplierLot: supplierLot ?? null,
    gtin: wanted.gtin ?? null,
    workOrderId: wanted.workOrderId ?? null,
    version: 1,
    createdBy: by,
    createdAt: at,
  };
  return accept(lot, created(lot));
}

const created = (lot: Lot): Fact =>
  fact(lotCreated, {
    lot_id: lot.id,
    number: lot.number,
    kind: lot.kind,
    material_id: lot.materialId,
    unit: lot.unit,
    status: lot.status,
    expires_on: lot.expiresOn,
    supplier_id: lot.supplierId,
    supplier_lot: lot.supplierLot,
    gtin: lot.gtin,
    work_order_id: lot.workOrderId,
    created_by: lot.createdBy,
    at: lot.createdAt.toISOString(),
  });

/** Where a status may lead. What is scrapped stays scrapped; what was rejected is used again only after another look. */
export const statusMoves: Readonly<Record<LotStatus, readonly LotStatus[]>> = {
  AVAILABLE: ['QUARANTINE', 'BLOCKED', 'REJECTED', 'SCRAPPED'],
  QUARANTINE: ['AVAILABLE', 'BLOCKED', 'REJECTED', 'SCRAPPED'],
  BLOCKED: ['AVAILABLE', 'QUARANTINE', 'REJECTED', 'SCRAPPED'],
  REJECTED: ['QUARANTINE', 'SCRAPPED'],
  SCRAPPED: [],
};

/** Taking a lot away from the floor, or giving it back, needs a reason that the next person can read. */
export function setStatus(
  lot: Lot,
  to: LotStatus,
  reason: string,
  by: string,
  at: Date,
): Decision<Lot, Fact, 'ILLEGAL_MOVE' | 'REASON_MISSING'> {
  if (!statusMoves[lot.status].includes(to)) return refuse('ILLEGAL_MOVE');
  if (reason.trim() === '' || !isNote(reason)) return refuse('REASON_MISSING');
  const { id, number, materialId, status: from } = lot;
  const told = { lot_id: id, number, material_id: materialId, from, to, reason, by, at: at.toISOString() };
  return accept({ ...lot, status: to, statusReason: reason }, fact(lotStatusChanged, told));
}

/** The day in plant time. */
export const plantDay = (at: Date, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toString();

export const daysAfter = (day: string, days: number): string => Temporal.PlainDate.from(day).add({ days }).toString();
