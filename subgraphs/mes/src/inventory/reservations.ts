import { audit } from '@enghub/subgraph-kit/audit';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isId } from '@enghub/subgraph-kit/ids';
import { Decimal } from 'decimal.js';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { findFactory } from '../stations/commands.ts';
import { isLabel } from '../text-rules.ts';
import { loadForChange, type WorkOrder } from '../work-orders/commands.ts';
import { allocate, plantDay } from './movement-rules.ts';
import { once, type Outcome } from './once.ts';
import { forgetStock } from './reads.ts';
import type { InventoryRefusal } from './refusals.ts';
import * as store from './reservation-store.ts';

export type Shortage = Readonly<{ materialId: string; quantity: string }>;
export type Reserved = Readonly<{
  factoryId: string;
  workOrderId: string;
  materialIds: readonly string[];
  shortages: readonly Shortage[];
}>;

export type ReserveInput = Readonly<{
  requestId: string;
  workOrderId: string;
  lines?: readonly Readonly<{ materialId: string; lotId?: string | null | undefined; quantity: string }>[] | null;
}>;

const MOST_LINES = 200;
const MAY_KEEP: readonly string[] = ['PLANNED', 'RELEASED', 'IN_PROGRESS', 'HELD'];

/** Keeps what there is for an order and says what is short; the rest stays free for others. */
export async function reserveMaterials(input: ReserveInput, context: Context): Promise<Outcome<Reserved>> {
  const outcome = await once('reserveMaterials', input, context, async (tx) => {
    const order = isId(input.workOrderId) ? await loadForChange(tx, input.workOrderId) : null;
    if (!order) return refuse({ code: 'ORDER_NOT_FOUND' });
    if (!MAY_KEEP.includes(order.status)) return refuse({ code: 'ORDER_NOT_OPEN' });
    const needs = await needsOf(tx, order, input.lines ?? null);
    if (!needs.ok) return needs;
    const { kept, shortages } = await findStock(tx, context, order, needs.state);
    const { tenantId } = context.claims;
    if (kept.length > 0) await store.keep(tx, { tenantId, factoryId: order.factoryId, id: order.id }, kept);
    const after = { kept, shortages };
    await audit(tx, context, { ...aboutOrder('reserveMaterials', order), before: null, after });
    const materialIds = [...new Set(kept.map(({ materialId }) => materialId))];
    return accept({ factoryId: order.factoryId, workOrderId: order.id, materialIds, shortages });
  });
  await forget(context, outcome);
  return outcome;
}

async function needsOf(
  tx: Db,
  order: WorkOrder,
  lines: ReserveInput['lines'],
): Promise<Decision<readonly store.Need[], never, InventoryRefusal>> {
  if (!lines) return accept(await store.openNeeds(tx, order.id));
  if (lines.length > MOST_LINES) {
    return refuse({ code: 'BAD_QUANTITY', limit: String(MOST_LINES), actual: String(lines.length) });
  }
  for (const { materialId, lotId, quantity } of lines) {
    if (!isLabel(materialId)) return refuse({ code: 'BAD_NAME' });
    if (new Decimal(quantity).lte(0)) return refuse({ code: 'BAD_QUANTITY' });
    if (lotId != null && !isId(lotId)) return refuse({ code: 'LOT_NOT_FOUND' });
  }
  return accept(lines.map(({ materialId, lotId, quantity }) => ({ materialId, lotId: lotId ?? null, quantity })));
}

/** Looks for candidates, locks them in the order that everybody keeps, and looks again at what is left of them. */
async function findStock(tx: Db, context: Context, order: WorkOrder, needs: readonly store.Need[]) {
  const { factoryId } = order;
  const { timeZone } = (await findFactory(tx, factoryId))!;
  const today = plantDay(timeZone, context.now());
  const candidatesFor = ({ materialId, lotId }: store.Need) =>
    store.findCandidates(tx, { factoryId, materialId, today, ...(lotId !== null && { lotId }) });
  const seen = new Set<string>();
  for (const need of needs) for (const { balanceId } of await candidatesFor(need)) seen.add(balanceId);
  if (seen.size > 0) await store.lockBalances(tx, [...seen]);

  const taken = new Map<string, Decimal>();
  const kept: store.Kept[] = [];
  const shortages: Shortage[] = [];
  for (const need of needs) {
    const locked = (await candidatesFor(need)).filter(({ balanceId }) => seen.has(balanceId));
    const left = locked.map((it) => ({
      ...it,
      free: new Decimal(it.free).minus(taken.get(it.balanceId) ?? 0).toFixed(),
    }));
    const { picks, short } = allocate(left, need.quantity);
    for (const { candidate, quantity } of picks) {
      taken.set(candidate.balanceId, new Decimal(quantity).plus(taken.get(candidate.balanceId) ?? 0));
    }
    const { materialId } = need;
    if (short !== '0') shortages.push({ materialId, quantity: short });
    kept.push(...picks.map(({ candidate, quantity }) => ({ balanceId: candidate.balanceId, materialId, quantity })));
  }
  return { kept: merged(kept), shortages };
}

/** Two lines may have found the same place. */
function merged(kept: readonly store.Kept[]): store.Kept[] {
  const byBalance = new Map<string, store.Kept>();
  for (const it of kept) {
    const known = byBalance.get(it.balanceId);
    const quantity = known ? new Decimal(known.quantity).plus(it.quantity).toFixed() : it.quantity;
    byBalance.set(it.balanceId, { ...it, quantity });
  }
  return [...byBalance.values()];
}

export type ReleaseInput = Readonly<{
  requestId: string;
  workOrderId: string;
  materialId?: string | null | undefined;
}>;

export async function releaseReservation(input: ReleaseInput, context: Context): Promise<Outcome<Reserved>> {
  const outcome = await once('releaseReservation', input, context, async (tx) => {
    const order = isId(input.workOrderId) ? await loadForChange(tx, input.workOrderId) : null;
    if (!order) return refuse({ code: 'ORDER_NOT_FOUND' });
    const before = await letGoOf(tx, order.id, input.materialId ?? null);
    const materialIds = [...new Set(before.map(({ materialId }) => materialId))];
    await audit(tx, context, { ...aboutOrder('releaseReservation', order), before: { kept: before }, after: null });
    return accept({ factoryId: order.factoryId, workOrderId: order.id, materialIds, shortages: [] });
  });
  await forget(context, outcome);
  return outcome;
}

/** Gives free what is kept for an order, whose row is locked, and answers what that was. */
export async function letGoOf(
  tx: Db,
  workOrderId: string,
  materialId: string | null = null,
): Promise<readonly store.StockReservation[]> {
  const all = await store.findReservationsOf(tx, [workOrderId]);
  const kept = all.filter((it) => materialId === null || it.materialId === materialId);
  if (kept.length === 0) return [];
  await store.lockBalances(tx, kept.map(({ balanceId }) => balanceId)); // prettier-ignore
  // Reports use reservations under the order's lock, which we hold: what was read is still so.
  await store.letGo(tx, kept);
  return kept;
}

const aboutOrder = (command: string, { id, factoryId }: WorkOrder) => ({
  command,
  factoryId,
  entity: 'WorkOrder',
  entityId: id,
});

async function forget(context: Context, outcome: Outcome<Reserved>): Promise<void> {
  if (outcome.ok) await forgetStock(context, outcome.state.answer.factoryId, outcome.state.answer.materialIds);
}
