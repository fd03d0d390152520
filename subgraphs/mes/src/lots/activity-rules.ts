/** What may be done with lots. Pure: the caller brings the lots, what is on hand of them, and the plant's policies. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import type { Lot, LotKind, NewLot } from './rules.ts';

export type ActivityKind = 'RECEIVE' | 'TRANSFORM' | 'SPLIT' | 'MERGE' | 'PACK' | 'UNPACK' | 'SHIP';

/** Part of a lot in one place; null is what no place of the plant holds. */
export type Portion = Readonly<{ locationId: string | null; quantity: string }>;

export type InputLine = Readonly<{ lot: Lot; quantity: string; locationId: string | null; onHand: readonly Portion[] }>;
export type OutputLine = Readonly<{
  /** A lot that is known already. */
  lot: Lot | null;
  /** One that becomes known. */
  wanted: OutputLot | null;
  quantity: string;
  locationId: string | null;
  /** Of a known lot. */
  onHand: readonly Portion[];
}>;
export type OutputLot = Omit<NewLot, 'materialId'> & Readonly<{ materialId: string | null }>;

export type Activity = Readonly<{
  kind: ActivityKind;
  inputs: readonly InputLine[];
  outputs: readonly OutputLine[];
  hasShipment: boolean;
  lossQuantity: string;
  reason: string | null;
}>;

/** What holds in the plant. */
export type Circumstances = Readonly<{
  today: string;
  expiredLot: 'BLOCK' | 'WARN' | 'ALLOW';
  /** Where outputs go for which nobody named a place. */
  storage: string | null;
  production: string | null;
}>;

export type Line<Which> = Readonly<{ lot: Which; quantity: string; locationId: string | null }>;
export type PlannedActivity = Readonly<{
  /** One line for each place that a lot is taken from. */
  inputs: readonly Line<Lot>[];
  outputs: readonly Line<Lot | NewLot>[];
  expired: readonly Lot[];
}>;

export type ActivityRefusal = Readonly<{
  code:
    | 'BAD_INPUTS'
    | 'BAD_OUTPUTS'
    | 'BAD_QUANTITY'
    | 'SERIAL_IS_ONE'
    | 'SAME_LOT'
    | 'MATERIAL_DIFFERS'
    | 'MATERIAL_MISSING'
    | 'NOT_CONSERVED'
    | 'LOT_NOT_USABLE'
    | 'LOT_EXPIRED'
    | 'INSUFFICIENT_QUANTITY'
    | 'NOT_OF_THIS_KIND'
    | 'REASON_MISSING';
  lotId?: string;
  number?: string;
  limit?: string;
  actual?: string;
}>;
type Outcome<State> = Decision<State, never, ActivityRefusal>;

/** How many lots may go in and come out. */
const shapes: Readonly<
  Record<ActivityKind, Readonly<{ inputs: readonly [number, number]; outputs: readonly [number, number] }>>
> = {
  RECEIVE: { inputs: [0, 0], outputs: [1, Infinity] },
  TRANSFORM: { inputs: [1, Infinity], outputs: [1, Infinity] },
  SPLIT: { inputs: [1, 1], outputs: [1, Infinity] },
  MERGE: { inputs: [2, Infinity], outputs: [1, 1] },
  PACK: { inputs: [1, Infinity], outputs: [1, Infinity] },
  UNPACK: { inputs: [1, Infinity], outputs: [1, Infinity] },
  SHIP: { inputs: [1, Infinity], outputs: [0, Infinity] },
};

/** The same goods under other numbers: one material, and nothing comes or goes without being told. */
const conserves = (kind: ActivityKind): boolean => kind === 'SPLIT' || kind === 'MERGE';

export function plan(activity: Activity, plant: Circumstances): Outcome<PlannedActivity> {
  const refusal = refuseShape(activity) ?? refuseLines(activity) ?? refuseImbalance(activity);
  if (refusal) return refuse(refusal);

  const expired: Lot[] = [];
  for (const { lot } of activity.inputs) {
    if (lot.status !== 'AVAILABLE') return refuse({ code: 'LOT_NOT_USABLE', lotId: lot.id });
    if (lot.expiresOn === null || lot.expiresOn >= plant.today || plant.expiredLot === 'ALLOW') continue;
    if (plant.expiredLot === 'BLOCK') return refuse({ code: 'LOT_EXPIRED', lotId: lot.id });
    if (!expired.includes(lot)) expired.push(lot);
  }
  const taken = take(activity.inputs);
  if (!taken.ok) return taken;
  const outputs: Line<Lot | NewLot>[] = [];
  const place = placeFor(activity.kind, plant, taken.state);
  for (const { lot, wanted, quantity, locationId } of activity.outputs) {
    const becomes = lot ?? newLotOf(wanted!, activity);
    if (becomes.materialId === null) return refuse({ code: 'MATERIAL_MISSING', number: becomes.number });
    const which = becomes as Lot | NewLot;
    outputs.push({ lot: which, quantity, locationId: locationId ?? place });
  }
  return accept({ inputs: taken.state, outputs, expired });
}

function refuseShape({ kind, inputs, outputs, hasShipment, lossQuantity, reason }: Activity): ActivityRefusal | null {
  const shape = shapes[kind];
  const loss = new Decimal(lossQuantity);
  const lots = new Set(inputs.map(({ lot }) => lot.id)).size;
  if (lots < shape.inputs[0] || lots > shape.inputs[1]) return { code: 'BAD_INPUTS' };
  if (outputs.length < shape.outputs[0] || outputs.length > shape.outputs[1]) return { code: 'BAD_OUTPUTS' };
  if (hasShipment && kind !== 'SHIP') return { code: 'NOT_OF_THIS_KIND' };
  if (!loss.isZero() && !conserves(kind)) return { code: 'NOT_OF_THIS_KIND' };
  if (loss.isNegative() && !loss.isZero()) return { code: 'BAD_QUANTITY' };
  return !loss.isZero() && !reason?.trim() ? { code: 'REASON_MISSING' } : null;
}

function refuseLines({ inputs, outputs }: Activity): ActivityRefusal | null {
  for (const { quantity } of [...inputs, ...outputs]) {
    if (new Decimal(quantity).lte(0)) return { code: 'BAD_QUANTITY' };
  }
  const used = new Set(inputs.map(({ lot }) => lot.id));
  const made = new Set<string>();
  for (const { lot, wanted, quantity, onHand } of outputs) {
    const key = lot?.id ?? `${wanted!.materialId ?? ''} ${wanted!.number}`;
    if (used.has(key) || made.has(key)) return { code: 'SAME_LOT', ...about(lot, wanted) };
    made.add(key);
    if (lot && !['AVAILABLE', 'QUARANTINE'].includes(lot.status)) return { code: 'LOT_NOT_USABLE', lotId: lot.id };
    const kind: LotKind = lot?.kind ?? wanted!.kind ?? 'LOT';
    const after = sum(onHand).plus(quantity);
    if (kind === 'SERIAL' && !(new Decimal(quantity).eq(1) && after.lte(1))) {
      return { code: 'SERIAL_IS_ONE', ...about(lot, wanted), limit: '1', actual: after.toFixed() };
    }
  }
  return null;
}

const about = (lot: Lot | null, wanted: OutputLot | null) =>
  lot ? { lotId: lot.id } : wanted ? { number: wanted.number } : {};

function refuseImbalance({ kind, inputs, outputs, lossQuantity }: Activity): ActivityRefusal | null {
  if (!conserves(kind)) return null;
  const [first] = inputs;
  const { materialId, unit } = first!.lot;
  const differs = (it: Readonly<{ materialId: string | null; unit?: string | null | undefined }>) =>
    (it.materialId ?? materialId) !== materialId || (it.unit ?? unit) !== unit;
  if (inputs.some(({ lot }) => differs(lot)) || outputs.some(({ lot, wanted }) => differs((lot ?? wanted)!))) {
    return { code: 'MATERIAL_DIFFERS' };
  }
  const limit = sum(inputs);
  const actual = sum(outputs).plus(lossQuantity);
  return limit.eq(actual) ? null : { code: 'NOT_CONSERVED', limit: limit.toFixed(), actual: actual.toFixed() };
}

/** Takes each input from where it is: the fullest place first, what no place holds last. */
function take(inputs: readonly InputLine[]): Outcome<Line<Lot>[]> {
  const left = new Map<string, { locationId: string | null; quantity: Decimal }[]>();
  for (const { lot, onHand } of inputs) {
    if (left.has(lot.id)) continue;
    const portions = onHand.map((portion) => ({ ...portion, quantity: new Decimal(portion.quantity) }));
    portions.sort(
      (a, b) => Number(a.locationId === null) - Number(b.locationId === null) || b.quantity.cmp(a.quantity),
    );
    left.set(lot.id, portions);
  }
  const lines: Line<Lot>[] = [];
  // Those who name a place come first: nobody else shall empty it.
  const order = [...inputs].sort((a, b) => Number(a.locationId === null) - Number(b.locationId === null));
  for (const { lot, quantity, locationId } of order) {
    const portions = left.get(lot.id)!.filter((it) => locationId === null || it.locationId === locationId);
    // Where a place holds less than nothing, the others hold that much less.
    const owed = portions.reduce((debt, it) => debt.plus(Decimal.min(0, it.quantity)), new Decimal(0));
    const there = portions.reduce((all, it) => all.plus(Decimal.max(0, it.quantity)), owed);
    if (there.lt(quantity)) {
      const limit = Decimal.max(0, there).toFixed();
      return refuse({ code: 'INSUFFICIENT_QUANTITY', lotId: lot.id, limit, actual: new Decimal(quantity).toFixed() });
    }
    let open = new Decimal(quantity);
    for (const portion of portions) {
      const part = Decimal.min(open, Decimal.max(0, portion.quantity));
      if (part.isZero()) continue;
      portion.quantity = portion.quantity.minus(part);
      open = open.minus(part);
      lines.push({ lot, quantity: part.toFixed(), locationId: portion.locationId });
    }
  }
  return accept(lines);
}

function placeFor(kind: ActivityKind, plant: Circumstances, taken: readonly Line<Lot>[]): string | null {
  if (kind === 'SHIP') return null;
  if (kind === 'RECEIVE') return plant.storage;
  return kind === 'TRANSFORM' ? plant.production : (taken[0]?.locationId ?? null);
}

/** Goods under another number keep what is known of them; a mixture expires with the first of its parts. */
function newLotOf(wanted: OutputLot, { kind, inputs }: Activity): OutputLot {
  if (!conserves(kind)) return wanted;
  const lots = inputs.map(({ lot }) => lot);
  const [first] = lots;
  const [expiresOn = null] = lots.flatMap((lot) => lot.expiresOn ?? []).sort();
  const common = <Key extends 'supplierId' | 'supplierLot' | 'gtin'>(key: Key) =>
    lots.every((lot) => lot[key] === first![key]) ? first![key] : null;
  return {
    ...wanted,
    materialId: first!.materialId,
    unit: first!.unit,
    expiresOn: wanted.expiresOn ?? expiresOn,
    supplierId: wanted.supplierId ?? common('supplierId'),
    supplierLot: wanted.supplierLot ?? common('supplierLot'),
    gtin: wanted.gtin ?? common('gtin'),
  };
}

const sum = (lines: readonly Readonly<{ quantity: string }>[]): Decimal =>
  lines.reduce((all, { quantity }) => all.plus(quantity), new Decimal(0));
