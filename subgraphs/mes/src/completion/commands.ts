import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { labourOf } from '../labour/commands.ts';
import { findFactory } from '../stations/commands.ts';
import { loadForChange, operationsOf, type WorkOrder } from '../work-orders/commands.ts';
import { suggestReceipt } from './receipts.ts';
import * as rules from './rules.ts';
import type { Figures, TimeFacts } from './rules.ts';
import * as store from './store.ts';

export type { CompletionReport } from './store.ts';
export type { OperationReport } from './rules.ts';

const FINAL: readonly string[] = ['COMPLETED', 'CLOSED'];

/**
 * Writes down what a completed order came to, and suggests what to take into stock. Does nothing for an order that goes on
 * and nothing twice: a further version only says what has changed. Null when the order is not completed.
 */
export async function writeCompletionReport(workOrderId: string, context: Context): Promise<WorkOrder | null> {
  const { claims, now, transaction } = context;
  return transaction(async (tx) => {
    const order = await loadForChange(tx, workOrderId);
    if (!order || !FINAL.includes(order.status)) return null;
    const figures = await computeFigures(tx, order, now());
    const [latest] = await store.findLatest(tx, [order.id]);
    if (!latest || !sameFigures(latest, figures)) {
      const { id, factoryId } = order;
      const version = (latest?.version ?? 0) + 1;
      await store.insertReport(tx, claims.tenantId, {
        ...figures,
        workOrderId: id,
        factoryId,
        version,
        computedAt: now(),
      });
    }
    await suggestReceipt(tx, order, context);
    return order;
  });
}

/** Whether something that changed an order's figures concerns a report that was written before. */
export const hasCompletionReport = async (workOrderId: string, { db }: Context): Promise<boolean> =>
  (await store.findLatest(db, [workOrderId])).length > 0;

async function computeFigures(db: Db, order: WorkOrder, now: Date): Promise<Figures> {
  const completedAt = order.completedAt ?? now;
  const operations = await operationsOf(db, order.id);
  const reports = await store.reportFacts(db, order.id);
  const times = await timesOf(db, order.id, now);
  const factory = await findFactory(db, order.factoryId);
  const completedOn = completedAt.toLocaleDateString('sv-SE', { timeZone: factory!.timeZone });
  return rules.figuresOf({ ...order, completedAt }, operations, reports, times, completedOn);
}

/** For costing too: all time that is known of an order. */
export async function timesOf(db: Db, orderId: string, now: Date): Promise<TimeFacts[]> {
  const written = await store.timeEventFacts(db, orderId);
  const clocked = await labourOf(db, orderId, now);
  return [
    ...written,
    ...clocked.map(({ operationId, kind, seconds }) => ({ operationId, source: 'JOB' as const, kind, seconds })),
  ];
}

export const { reportFacts } = store;
export const { runSeconds, spent } = rules;

// jsonb does not keep the order of keys.
const sameFigures = (one: Figures, other: Figures): boolean =>
  Object.keys(other).every((key) => text(one[key as keyof Figures]) === text(other[key as keyof Figures]));

const text = (value: unknown): string =>
  JSON.stringify(value, (_key, it: unknown) =>
    typeof it === 'object' && it !== null && !Array.isArray(it) ? Object.fromEntries(Object.entries(it).sort()) : it,
  );
