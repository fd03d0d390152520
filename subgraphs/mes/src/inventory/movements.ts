import { audit } from '@enghub/subgraph-kit/audit';
import { accept, refuse } from '@enghub/subgraph-kit/decision';
import { isId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { findLots, type Lot } from '../lots/commands.ts';
import { findPolicies } from '../plant-policies/commands.ts';
import { findFactory } from '../stations/commands.ts';
import { loadForChange, operationsOf, type WorkOrder } from '../work-orders/commands.ts';
import { forgetStock, postMovements } from './commands.ts';
import * as rules from './movement-rules.ts';
import type { Movement } from './movement-rules.ts';
import * as store from './movement-store.ts';
import { once, type Attempt, type Outcome } from './once.ts';
import type { StockLocation } from './place-rules.ts';
import * as places from './place-store.ts';

/** What is kept of a command that moved stock, and answered whenever its request comes again. */
export type Moved = Readonly<{
  factoryId: string;
  movementIds: readonly string[];
  materialIds: readonly string[];
  warnings: readonly ('LOT_EXPIRED' | 'INSUFFICIENT_STOCK')[];
}>;
export type MovementOutcome = Outcome<Moved>;

type Request = Readonly<{ requestId: string }>;

/** Runs a command that moves stock; nobody sees the stock as it was once it is answered. */
export async function moving(
  command: string,
  input: Request,
  context: Context,
  act: (tx: Db) => Promise<Attempt<Moved>>,
): Promise<MovementOutcome> {
  const outcome = await once(command, input, context, act);
  if (outcome.ok) await forgetStock(context, outcome.state.answer.factoryId, outcome.state.answer.materialIds);
  return outcome;
}

/** A count: what the books said, and what is there. */
type Counted = Readonly<{ before: string; after: string }>;

/** Locks what the movement needs in the order that everybody keeps, judges it, and posts it. */
export async function move(
  tx: Db,
  context: Context,
  command: string,
  movement: Movement,
  counted: Counted | null = null,
): Promise<Attempt<Moved>> {
  const wrong = rules.refuseText(movement);
  if (wrong) return refuse({ code: wrong });
  const order = movement.workOrderId == null ? null : await openOrder(tx, movement.workOrderId);
  if (order === undefined) return refuse({ code: 'ORDER_NOT_FOUND' });
  if (movement.operationId != null && !(await hasOperation(tx, order, movement.operationId))) {
    return refuse({ code: 'OPERATION_NOT_FOUND' });
  }
  const { from, to } = await placesOf(tx, movement);
  const factoryId = order?.factoryId ?? from?.factoryId ?? to?.factoryId;
  if (!factoryId || [from, to].some((place) => place === undefined || (place && place.factoryId !== factoryId))) {
    return refuse({ code: 'LOCATION_NOT_FOUND' });
  }
  const judged = await judge(tx, context, movement, { factoryId, order, from: from ?? null });
  if (!judged.ok) return judged;

  const posted = await postMovements(tx, context, factoryId, [movement]);
  if (!posted.ok) {
    const { code, ...figures } = posted.refusal;
    return refuse({ code, ...('limit' in figures && { limit: figures.limit, actual: figures.actual }) });
  }
  const { kind, materialId, lotId, quantity, becomes, workOrderId, reference, reason } = movement;
  await audit(tx, context, {
    command,
    factoryId,
    entity: 'StockMovement',
    entityId: posted.movementIds[0]!,
    before: counted && { onHand: counted.before },
    after: {
      kind,
      materialId,
      lotId,
      quantity,
      becomes,
      from: from?.id,
      to: to?.id,
      workOrderId,
      reference,
      ...(counted && { onHand: counted.after }),
    },
    reason,
  });
  return accept({
    factoryId,
    movementIds: posted.movementIds,
    materialIds: [...new Set([materialId, becomes?.materialId ?? materialId])],
    warnings: [...judged.state.warnings, ...(posted.short ? (['INSUFFICIENT_STOCK'] as const) : [])],
  });
}

async function judge(
  tx: Db,
  context: Context,
  movement: Movement,
  about: Readonly<{ factoryId: string; order: WorkOrder | null; from: StockLocation | null }>,
): Promise<rules.Verdict> {
  const { factoryId, order, from } = about;
  const { materialId, lotId = null, becomes, kind } = movement;
  const lotIds = [lotId, becomes?.lotId].filter((id) => id != null);
  const lots = await lockedLots(tx, lotIds);
  const lot = lotId === null ? null : lots.get(lotId);
  const [settings] = await places.findSettings(tx, [{ factoryId, materialId }]);
  const policies = (await findPolicies(tx, factoryId))!;
  const { timeZone } = (await findFactory(tx, factoryId))!;
  const takesBack = kind === 'RETURN' && movement.from == null && order !== null;
  const facts = {
    factoryId,
    tracking: settings?.tracking ?? 'NONE',
    lot,
    fromPurpose: from?.purpose ?? null,
    orderStatus: order?.status ?? null,
    today: rules.plantDay(timeZone, context.now()),
    expiredLot: policies.expiredLot,
    lotOnHand: lot ? await store.onHandOfLot(tx, factoryId, lot.id) : '0',
    consumed: takesBack && lot !== undefined ? await store.consumedBy(tx, order.id, materialId, lotId) : null,
  };
  const verdict = rules.judge(movement, facts);
  if (!verdict.ok || !becomes) return verdict;
  // What it becomes is judged like a receipt of it.
  const [next] = await places.findSettings(tx, [{ factoryId, materialId: becomes.materialId }]);
  const nextLot = becomes.lotId == null ? null : lots.get(becomes.lotId);
  const entering = { kind, materialId: becomes.materialId, quantity: becomes.quantity, to: movement.to };
  const lotOnHand = nextLot ? await store.onHandOfLot(tx, factoryId, nextLot.id) : '0';
  return rules.judge(entering, { ...facts, tracking: next?.tracking ?? 'NONE', lot: nextLot, lotOnHand });
}

/** Locked, so that nobody takes a lot that somebody blocks at the same time. */
async function lockedLots(tx: Db, ids: readonly string[]): Promise<Map<string, Lot>> {
  const wellFormed = [...new Set(ids)].filter(isId);
  if (wellFormed.length === 0) return new Map();
  await store.lockLots(tx, wellFormed);
  return new Map((await findLots(tx, wellFormed)).map((lot) => [lot.id, lot]));
}

const openOrder = async (tx: Db, id: string): Promise<WorkOrder | undefined> =>
  (isId(id) && (await loadForChange(tx, id))) || undefined;

async function hasOperation(tx: Db, order: WorkOrder | null, operationId: string): Promise<boolean> {
  return order !== null && (await operationsOf(tx, order.id)).some(({ id }) => id === operationId);
}

/** Null where none is given, undefined where there is no such place. */
async function placesOf(tx: Db, { from, to }: Movement) {
  const ids = [from, to].filter((id) => id != null && isId(id)) as string[];
  const known = new Map((await places.findLocations(tx, ids)).map((place) => [place.id, place]));
  const of = (id: string | null | undefined) => (id == null ? null : known.get(id));
  return { from: of(from), to: of(to) };
}
