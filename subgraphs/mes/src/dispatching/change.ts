/** The way of every command on one operation: lock its order, decide, save, tell, and write it to the audit trail. */
import type { Fact } from '@enghub/event-contracts/fact';
import { audit } from '@enghub/subgraph-kit/audit';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import type { DispatchRefusalCode } from '../generated/graphql.ts';
import type { Job } from '../labour/commands.ts';
import { operationBlockers, type Blocker, type OperationAction, type Who } from '../readiness/commands.ts';
import { recordStale } from '../report-conflicts/commands.ts';
import { findOperations, loadForChange, type OrderWithPolicies } from '../work-orders/commands.ts';
import type { Dispatched } from './rules.ts';
import * as store from './store.ts';

export type DispatchRefusal = Readonly<{ code: DispatchRefusalCode; blockers?: readonly Blocker[] }>;
export type Loaded = Readonly<{ order: OrderWithPolicies; operation: Dispatched }>;

export const refusing = (code: DispatchRefusalCode, blockers?: readonly Blocker[]) =>
  refuse({ code, ...(blockers && { blockers }) } as DispatchRefusal);

/** The operation as it is while its order's row is locked. */
export async function load(tx: Db, operationId: string): Promise<Loaded | null> {
  const [known] = await store.findDispatched(tx, [operationId]);
  const order = known && (await loadForChange(tx, known.workOrderId));
  if (!order) return null;
  const [operation] = await store.findDispatched(tx, [operationId]);
  return operation ? { order, operation } : null;
}

/** Refuses because somebody else moved the operation in the meantime, and keeps that for those who look into it. */
export function stale(context: Context, { order, operation }: Loaded, requestId: string | null = null) {
  recordStale(context, order, { operationId: operation.id, stationId: operation.stationId, requestId });
  return refusing('STALE_VERSION');
}

/** What readiness has against it. */
export async function blockersOf(
  tx: Db,
  context: Context,
  { order, operation: { id } }: Loaded,
  action: OperationAction,
  who: Who | null,
): Promise<readonly Blocker[]> {
  const [operation] = await findOperations(tx, [id]);
  return operation ? operationBlockers(tx, { order, operation }, action, who, context) : [];
}

type Saved = Readonly<{
  command: string;
  decision: Readonly<{ state: Dispatched; events: readonly Fact[] }>;
  began?: Job;
  ended?: readonly Job[];
  reason?: string;
}>;

/** False when the operation was moved meanwhile, which the order's lock leaves to reports only. */
export async function save(tx: Db, context: Context, { order, operation }: Loaded, saved: Saved): Promise<boolean> {
  const { command, decision, began, ended = [], reason } = saved;
  const { state, events } = decision;
  const before = stateOf(operation);
  const after = stateOf(state);
  const changed = JSON.stringify(before) !== JSON.stringify(after);
  if (changed && !(await store.saveDispatched(tx, state))) return false;
  const about = { command, factoryId: order.factoryId, reason };
  if (changed) await audit(tx, context, { ...about, entity: 'WorkOrderOperation', entityId: state.id, before, after });
  if (began) {
    const { id, operationId, stationId, kind, operatorId, startedAt } = began;
    const job = { operationId, stationId, kind, operatorId, startedAt };
    await audit(tx, context, { ...about, entity: 'Job', entityId: id, before: null, after: job });
  }
  for (const { id } of ended) {
    const entry = { entity: 'Job', entityId: id, before: { running: true }, after: { running: false } };
    await audit(tx, context, { ...about, ...entry });
  }
  await publish(tx, context, { factoryId: order.factoryId, aggregateId: order.id }, events);
  return true;
}

const stateOf = ({ status, stationId, plannedStartAt, plannedEndAt, startedAt, finishedAt }: Dispatched) => ({
  status,
  stationId,
  plannedStartAt,
  plannedEndAt,
  startedAt,
  finishedAt,
});

export type Outcome<State> = Decision<State, never, DispatchRefusal>;
