/** Brings together what readiness is judged by: a fixed number of queries, however many orders are asked about. */
import type { Db } from '../database.ts';
import { availableStock, tracksStock } from '../inventory/commands.ts';
import { runningAt } from '../labour/commands.ts';
import { findPolicies, type PlantPolicies } from '../plant-policies/commands.ts';
import { findQualificationsOf, missingSkills, plantDay, startOfDay } from '../qualifications/commands.ts';
import { Decimal } from 'decimal.js';
import { jobsAtOnce } from '../station-capacity/commands.ts';
import { findHeard } from './heard-store.ts';
import type { Blocker, MissingSkill, OperationToJudge, OrderFacts, StationFacts } from './rules.ts';
import * as store from './store.ts';
import type { OrderRow } from './store.ts';

export type Gathered = OrderFacts & Readonly<{ order: OrderRow }>;

/** `uses` names materials of orders that have none yet, since they are not released; `unapproved`, what keeps one out. */
export async function gatherOrders(
  db: Db,
  ids: readonly string[],
  now: Date,
  uses: ReadonlyMap<string, readonly string[]> = new Map(),
  unapproved: ReadonlyMap<string, Blocker> = new Map(),
): Promise<Map<string, Gathered>> {
  const orders = await store.findOrders(db, [...new Set(ids)]);
  if (orders.length === 0) return new Map();
  const orderIds = orders.map(({ id }) => id);
  const completed = orders.filter(({ status }) => status === 'COMPLETED').map(({ id }) => id);
  const [operations, materials, policies, pending] = await inTurn([
    () => store.findOperations(db, orderIds),
    () => store.findMaterials(db, orderIds),
    () => policiesOf(db, orders),
    () => (completed.length > 0 ? store.countPendingReports(db, completed) : Promise.resolve([])),
  ]);
  const heard = await findHeard(db, [
    ...orders.flatMap(({ id, productId, outputLotId }) => [id, productId, ...(outputLotId ? [outputLotId] : [])]),
    ...operations.map(({ id }) => id),
    ...materials.map(({ materialId }) => materialId),
    ...[...uses.values()].flat(),
  ]);
  const minding = orders.filter(({ id }) => policies.get(id)!.materialShortage === 'BLOCK');
  const stock = await stockFor(db, minding, materials, now);
  return new Map(
    orders.map((order) => [
      order.id,
      {
        order,
        operations: operations.filter(({ workOrderId }) => workOrderId === order.id),
        materials: materials.filter(({ workOrderId }) => workOrderId === order.id),
        uses: uses.get(order.id) ?? [],
        unapproved: (uses.get(order.id) ?? []).flatMap((material) => unapproved.get(material) ?? []),
        stock: stock.get(order.id) ?? null,
        stationsCanBeFull: policies.get(order.id)!.occupiedStation === 'BLOCK',
        heard,
        pendingReports: pending.find(({ workOrderId }) => workOrderId === order.id)?.count ?? 0,
      },
    ]),
  );
}

/** As they were at the order's release; before that, the plant's present ones. */
async function policiesOf(db: Db, orders: readonly OrderRow[]): Promise<Map<string, PlantPolicies>> {
  const plants = new Set(orders.filter(({ policies }) => !policies).map(({ factoryId }) => factoryId));
  const present = new Map<string, PlantPolicies>();
  for (const factoryId of plants) present.set(factoryId, (await findPolicies(db, factoryId))!);
  return new Map(orders.map(({ id, factoryId, policies }) => [id, policies ?? present.get(factoryId)!]));
}

/** What each order may take: what is free, and what is kept for it. Orders of plants without a line side are left out. */
async function stockFor(
  db: Db,
  orders: readonly OrderRow[],
  materials: readonly Readonly<{ workOrderId: string; materialId: string }>[],
  now: Date,
): Promise<Map<string, ReadonlyMap<string, string>>> {
  const using = orders.filter(({ id }) => materials.some(({ workOrderId }) => workOrderId === id));
  const stock = new Map<string, ReadonlyMap<string, string>>();
  if (using.length === 0) return stock;
  const kept = await store.findReserved(
    db,
    using.map(({ id }) => id),
    now,
  );
  for (const factoryId of new Set(using.map((order) => order.factoryId))) {
    if (!(await tracksStock(db, factoryId))) continue;
    const own = using.filter((order) => order.factoryId === factoryId);
    const ids = new Set(own.map(({ id }) => id));
    const wanted = materials.filter(({ workOrderId }) => ids.has(workOrderId)).map(({ materialId }) => materialId);
    const free = await availableStock(db, factoryId, [...new Set(wanted)], { at: now });
    for (const { id } of own) {
      const available = new Map(free);
      for (const { materialId, quantity } of kept.filter(({ workOrderId }) => workOrderId === id)) {
        available.set(materialId, new Decimal(available.get(materialId) ?? 0).plus(quantity).toFixed());
      }
      stock.set(id, available);
    }
  }
  return stock;
}

export async function gatherStations(db: Db, ids: readonly string[], now: Date): Promise<Map<string, StationFacts>> {
  const stations = await store.findStations(db, [...new Set(ids)]);
  if (stations.length === 0) return new Map();
  const known = stations.map(({ id }) => id);
  const running = await runningAt(db, known);
  const capacities = await jobsAtOnce(db, stations, now);
  const heard = await findHeard(db, known);
  return new Map(
    stations.map((it) => [
      it.id,
      { ...it, capacity: capacities.get(it.id) ?? it.capacity, running: running.get(it.id) ?? [], heard },
    ]),
  );
}

type Asked = Readonly<{ order: OrderRow; operation: OperationToJudge; operatorId: string }>;

/** Of each operation, the skills that the operator lacks on the plant's present day. */
export async function gatherMissing(db: Db, asked: readonly Asked[], now: Date): Promise<MissingSkill[][]> {
  const demanding = asked.filter(({ operation }) => operation.requiredSkills.length > 0);
  const operators = [...new Set(demanding.map(({ operatorId }) => operatorId))];
  const granted = operators.length > 0 ? await findQualificationsOf(db, operators) : [];
  return asked.map(({ order, operation, operatorId }) => {
    const own = granted.filter((it) => it.operatorId === operatorId && it.factoryId === order.factoryId);
    const day = plantDay(now, order.timeZone);
    return missingSkills(operation.requiredSkills, own, day).map(({ skill, validUntil, revokedAt }) => ({
      skill,
      since: revokedAt ?? (validUntil === null ? null : startOfDay(validUntil, order.timeZone)),
    }));
  });
}

/** A transaction has one connection: what it asks at once waits in line there anyway. */
async function inTurn<Results extends readonly unknown[]>(asks: {
  [At in keyof Results]: () => Promise<Results[At]>;
}): Promise<Results> {
  const results: unknown[] = [];
  for (const ask of asks) results.push(await ask());
  return results as unknown as Results;
}
