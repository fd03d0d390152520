import type { Vault } from '@enghub/encryption/vault';
import { fact } from '@enghub/event-contracts/fact';
import { workOrderCostComputed } from '@enghub/event-contracts/mes/work-order-cost-computed.v2';
import { audit } from '@enghub/subgraph-kit/audit';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { publish } from '@enghub/subgraph-kit/publish';
import { reportFacts, runSeconds, spent, timesOf } from '../completion/commands.ts';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { findFactory } from '../stations/commands.ts';
import { loadForChange, materialsOf, operationsOf, type WorkOrder } from '../work-orders/commands.ts';
import * as rules from './rules.ts';
import type { Cost, CostFacts } from './rules.ts';
import * as store from './store.ts';
import type { WorkOrderCost } from './store.ts';

const FINAL: readonly string[] = ['COMPLETED', 'CLOSED'];

/** What was written down for a completed order; what an open one has come to by now. Null without rates. */
export async function costOfOrder(order: WorkOrder, context: Context): Promise<WorkOrderCost | null> {
  const { db, loaders, now, vault } = context;
  if (FINAL.includes(order.status)) {
    const stored = await loaders.storedCostOf.load(order.id);
    if (stored) return stored;
  }
  const cost = await compute(db, vault, order, now());
  return cost && { ...cost, workOrderId: order.id, version: null, computedAt: now() };
}

export type ComputeRefusal = 'NOT_FOUND' | 'NOT_COMPLETED' | 'NO_RATES';

/** Writes down what a completed order cost, unless that has been done with the same result; tells of it when it is new. */
export async function computeCost(
  workOrderId: string,
  context: Context,
): Promise<Decision<WorkOrderCost, never, ComputeRefusal>> {
  const { now, transaction, vault } = context;
  return transaction(async (tx) => {
    const order = await loadForChange(tx, workOrderId);
    if (!order) return refuse('NOT_FOUND');
    if (!FINAL.includes(order.status)) return refuse('NOT_COMPLETED');
    const cost = await compute(tx, vault, order, now());
    if (!cost) return refuse('NO_RATES');
    const [latest] = await store.findLatestCosts(tx, vault, [order.id]);
    if (latest && sameCost(latest, cost)) return { ok: true, state: latest, events: [] };

    const written = { ...cost, workOrderId: order.id, version: (latest?.version ?? 0) + 1, computedAt: now() };
    await write(tx, order, written, context);
    return { ok: true, state: written, events: [] };
  });
}

/** The same, because somebody asked: rates may have been defined since the completion. */
export async function recomputeCost(
  workOrderId: string,
  context: Context,
): Promise<Decision<WorkOrderCost, never, ComputeRefusal>> {
  return context.transaction(async (tx): Promise<Decision<WorkOrderCost, never, ComputeRefusal>> => {
    const within = { ...context, db: tx, transaction: <T>(work: (tx: Db) => Promise<T>) => work(tx) };
    const order = await loadForChange(tx, workOrderId);
    if (!order) return refuse('NOT_FOUND');
    const before = await store.latestVersion(tx, order.id);
    const decision = await computeCost(order.id, within);
    if (decision.ok && decision.state.version !== before) {
      await audit(tx, context, {
        command: 'recomputeWorkOrderCost',
        factoryId: order.factoryId,
        entity: 'WorkOrder',
        entityId: order.id,
        // Not the amounts: they are encrypted in their rows, which stay.
        before: before === null ? null : { costVersion: before },
        after: { costVersion: decision.state.version },
      });
    }
    return decision;
  });
}

/** Whether a correction concerns a cost that was written down before. */
export const hasCost = async (workOrderId: string, { db }: Context): Promise<boolean> =>
  (await store.latestVersion(db, workOrderId)) !== null;

async function write(
  tx: Db,
  order: WorkOrder,
  cost: WorkOrderCost & { version: number },
  context: Context,
): Promise<void> {
  const { workOrderId, version, computedAt, ...figures } = cost;
  const { factoryId } = order;
  const { tenantId } = context.claims;
  await store.insertCost(tx, context.vault, { tenantId, factoryId, workOrderId, version, computedAt }, figures);
  const data = {
    work_order_id: workOrderId,
    version,
    currency: cost.currency,
    rates_valid_from: cost.ratesValidFrom,
    rates_source: cost.ratesSource,
    incomplete: cost.missing.length > 0,
    computed_at: computedAt.toISOString(),
  };
  await publish(tx, context, { factoryId, aggregateId: workOrderId }, [fact(workOrderCostComputed, data)]);
}

/** By the rates of the day on which the order was completed, or of today. */
async function compute(db: Db, vault: Vault, order: WorkOrder, now: Date): Promise<Cost | null> {
  const factory = await findFactory(db, order.factoryId);
  const on = (order.completedAt ?? now).toLocaleDateString('sv-SE', { timeZone: factory!.timeZone });
  const rates = await store.findRates(db, vault, order.factoryId, on);
  return rates && rules.costOf(await factsOf(db, order, now), rates);
}

async function factsOf(db: Db, order: WorkOrder, now: Date): Promise<CostFacts> {
  const operations = await operationsOf(db, order.id);
  const times = await timesOf(db, order.id, now);
  const reports = await reportFacts(db, order.id);
  return {
    goodQuantity: order.goodQuantity,
    materials: await materialsOf(db, order.id),
    consumed: await store.findConsumed(db, order.id),
    operations: operations.map((operation) => {
      const own = times.filter(({ operationId }) => operationId === operation.id);
      const busy = reports.find(({ operationId }) => operationId === operation.id)?.busySeconds;
      return {
        ...operation,
        standardSetupSeconds: operation.setupSeconds,
        standardRunSeconds: runSeconds(operation, order.goodQuantity),
        standardRunSecondsPerPiece: rules.secondsPerPiece(operation),
        actualSetupSeconds: spent(own, 'SETUP'),
        actualLabourSeconds: spent(own, 'LABOUR'),
        actualMachineSeconds: spent(own, 'MACHINE') ?? (busy === undefined || busy === '0' ? null : busy),
      };
    }),
  };
}

// jsonb does not keep the order of keys.
const sameCost = (one: Cost, other: Cost): boolean =>
  Object.keys(other).every((key) => text(one[key as keyof Cost]) === text(other[key as keyof Cost]));

const text = (value: unknown): string =>
  JSON.stringify(value, (_key, it: unknown) =>
    typeof it === 'object' && it !== null && !Array.isArray(it) ? Object.fromEntries(Object.entries(it).sort()) : it,
  );
