import { appendEvents } from '@enghub/messaging/outbox';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { audit } from '@enghub/subgraph-kit/audit';
import { newId } from '@enghub/subgraph-kit/ids';
import { eventsOf, publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { isGtin, toGtin14 } from '../gs1/commands.ts';
import { isCounted, nextLotNumber } from '../lot-numbers/commands.ts';
import { findPolicies } from '../plant-policies/commands.ts';
import { isLabel } from '../text-rules.ts';
import { lockLots } from './activity-store.ts';
import * as rules from './rules.ts';
import type { Lot, NewLot, NewLotRefusal } from './rules.ts';
import * as store from './store.ts';

export type { Lot, LotKind, LotStatus, NewLot } from './rules.ts';

/** For other slices: lots by id; those that the user may not see are not among them. */
export const findLots = (db: Db, ids: readonly string[]): Promise<Lot[]> => store.findLots(db, ids);

export type CreateRefusal = NewLotRefusal | 'BAD_GTIN';
export type FoundLot = Readonly<{ lot: Lot; created: boolean }>;

/**
 * The lot of the plant with this material and number, made known if it is not. A known lot stays as it is; what it is
 * counted in must agree. `command` is the mutation that the audit trail names.
 */
export async function findOrCreateLot(
  tx: Db,
  context: Context,
  wanted: NewLot & { command: string },
): Promise<Decision<FoundLot, never, CreateRefusal | 'UNIT_DIFFERS'>> {
  const { factoryId, materialId, number } = wanted;
  const created = await createLots(tx, context, wanted.command, [wanted]);
  if (!created.ok) return created;
  const [lot] = created.state;
  if (lot) return accept({ lot, created: true });
  const [known] = await store.findLotsByKey(tx, factoryId, [{ materialId, number }]);
  if (wanted.unit != null && known!.unit !== wanted.unit) return refuse('UNIT_DIFFERS');
  return accept({ lot: known!, created: false });
}

/** Makes lots known and answers those that were not known before. */
export async function createLots(
  tx: Db,
  context: Context,
  command: string,
  wanted: readonly NewLot[],
): Promise<Decision<readonly Lot[], never, CreateRefusal>> {
  const decisions = [];
  const defaults = await defaultsOf(tx, wanted);
  for (const lot of wanted) {
    const plant = defaults.get(lot.materialId);
    if (lot.gtin != null && !isGtin(lot.gtin)) return refuse('BAD_GTIN');
    // A material may be known by something else than a GTIN.
    const gtin = lot.gtin ?? (plant?.gtin && isGtin(plant.gtin) ? plant.gtin : null);
    const known = { ...lot, unit: lot.unit ?? plant?.unit, gtin: gtin && toGtin14(gtin), id: newId() };
    const decision = rules.create(known, context.claims.userId, context.now());
    if (!decision.ok) return decision;
    decisions.push(decision);
  }
  const lots = decisions.map(({ state }) => state);
  const inserted = await store.insertLots(tx, context.claims.tenantId, lots);
  const fresh = decisions.filter(({ state }) => inserted.has(state.id));
  await appendEvents(
    tx,
    fresh.flatMap(({ state: lot, events }) => eventsOf(context, aggregateOf(lot), events)),
  );
  for (const { state: lot } of fresh) {
    await audit(tx, context, { ...entryOf(lot), command, before: null, after: lot });
  }
  return accept(fresh.map(({ state }) => state));
}

async function defaultsOf(tx: Db, wanted: readonly NewLot[]): Promise<ReadonlyMap<string, store.MaterialDefaults>> {
  const lacking = wanted.filter(({ unit, gtin, materialId }) => (unit == null || gtin == null) && isLabel(materialId));
  const [first] = lacking;
  if (!first) return new Map();
  const materialIds = [...new Set(lacking.map(({ materialId }) => materialId))];
  const rows = await store.findMaterialDefaults(tx, first.factoryId, materialIds);
  return new Map(rows.map((row) => [row.materialId, row]));
}

/** For other slices: a lot that may be used goes into quarantine, in the name of their command. */
export async function quarantineLot(
  tx: Db,
  context: Context,
  lotId: string,
  about: Readonly<{ command: string; reason: string }>,
): Promise<void> {
  await lockLots(tx, [lotId]);
  const [lot] = await store.findLots(tx, [lotId]);
  if (lot?.status !== 'AVAILABLE') return;
  const { command, reason } = about;
  const changed = rules.setStatus(lot, 'QUARANTINE', reason, context.claims.userId, context.now());
  if (!changed.ok) throw new Error(`A lot may not be quarantined: ${changed.refusal}`);
  await store.saveStatus(tx, { ...changed.state, version: lot.version + 1 });
  await publish(tx, context, aggregateOf(lot), changed.events);
  const [before, after] = [lot, changed.state].map(({ status, statusReason }) => ({ status, statusReason }));
  await audit(tx, context, { ...entryOf(lot), command, before: before!, after: after!, reason });
}

/** What is told of an order's lot keeps its place among what is told of the order. */
export const aggregateOf = ({ id, factoryId, workOrderId }: Lot) => ({ factoryId, aggregateId: workOrderId ?? id });
export const entryOf = ({ id, factoryId }: Lot) => ({ factoryId, entity: 'Lot', entityId: id });

type OrderToNumber = Readonly<{ id: string; factoryId: string; number: string; productId: string; unit: string }>;

/**
 * The lot that an order makes, numbered by the plant's rule if this is the moment for it. Asked again it answers the
 * same lot; null while the order makes no numbered lot. The caller has locked the order's row.
 */
export async function ensureOutputLot(
  tx: Db,
  context: Context,
  order: OrderToNumber,
  when: 'RELEASE' | 'START',
): Promise<string | null> {
  const known = await store.findOrderOfLot(tx, order.id);
  if (!known || known.outputLotId) return known?.outputLotId ?? null;
  const numbering =
    known.lotNumber === undefined ? (await findPolicies(tx, order.factoryId))?.lotNumber : known.lotNumber;
  // At the start it is due in any case: the order may have been released before the plant numbered its lots.
  if (!numbering || (when === 'RELEASE' && numbering.assignedAt === 'START')) return null;

  const command = when === 'RELEASE' ? 'releaseWorkOrder' : 'startWorkOrder';
  const { factoryId, productId: materialId, unit, id: workOrderId } = order;
  const about = { factoryId, order: order.number, product: materialId };
  let suffix = '';
  for (let attempt = 2; ; attempt++) {
    const next = await nextLotNumber(tx, context, numbering.pattern, about);
    const number = next.slice(0, 100 - suffix.length) + suffix;
    const wanted = { factoryId, materialId, unit, number, workOrderId };
    const created = await createLots(tx, context, command, [wanted]);
    if (!created.ok) throw new Error(`The lot number "${number}" of ${numbering.pattern} is none.`);
    const [lot] = created.state;
    if (lot) {
      await store.setOutputLot(tx, order.id, lot.id);
      return lot.id;
    }
    // Somebody gave the number by hand. The next count is free sooner or later; without a count, a suffix is.
    if (!isCounted(numbering.pattern)) suffix = `-${attempt}`;
  }
}
