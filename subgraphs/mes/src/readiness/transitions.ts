/** Every action that there is, and whether it can be taken now: for showing. The commands ask the same rules. */
import DataLoader from 'dataloader';
import type { Context } from '../context.ts';
import { legalActions, type Operation, type WorkOrder } from '../work-orders/commands.ts';
import { gatherMissing, gatherOrders, gatherStations, type Gathered } from './gather.ts';
import { unapproved } from './part-approvals.ts';
import { plannedMaterials } from './planned-materials.ts';
import * as rules from './rules.ts';
import type { Blocker, OperationAction, OrderAction, StationFacts } from './rules.ts';

export type Transition<Action> = Readonly<{ action: Action; allowed: boolean; blockers: readonly Blocker[] }>;

const orderActions: readonly OrderAction[] = [
  'RELEASE',
  'START',
  'HOLD',
  'RESUME',
  'COMPLETE',
  'REOPEN',
  'CLOSE',
  'CANCEL',
];
const operationActions: readonly OperationAction[] = ['START', 'PAUSE', 'RESUME', 'FINISH', 'SKIP', 'REPORT'];

type Sources = Readonly<{
  orders: DataLoader<string, Gathered | null>;
  stations: DataLoader<string, StationFacts | null>;
  missing: DataLoader<Parameters<typeof gatherMissing>[1][number], rules.MissingSkill[]>;
}>;

const perRequest = new WeakMap<Context['loaders'], Sources>();

// Together, but not remembered: a request with several commands asks again after each.
const together = { cache: false };

function sourcesOf(context: Context): Sources {
  const known = perRequest.get(context.loaders);
  if (known) return known;
  const { db, now } = context;
  const sources: Sources = {
    orders: new DataLoader(async (ids) => {
      const uses = await plannedMaterials(context, ids);
      const gathered = await gatherOrders(db, ids, now(), uses, await unapproved(context, [...uses.values()].flat()));
      return ids.map((id) => gathered.get(id) ?? null);
    }, together),
    stations: new DataLoader(async (ids) => {
      const gathered = await gatherStations(db, ids, now());
      return ids.map((id) => gathered.get(id) ?? null);
    }, together),
    missing: new DataLoader((asked) => gatherMissing(db, asked, now()), together),
  };
  perRequest.set(context.loaders, sources);
  return sources;
}

export async function orderTransitions(
  { id }: Pick<WorkOrder, 'id'>,
  context: Context,
): Promise<Transition<OrderAction>[] | null> {
  const facts = await sourcesOf(context).orders.load(id);
  if (!facts) return null;
  const now = context.now();
  const { order } = facts;
  const legal = legalActions(order);
  return orderActions.map((action) =>
    transition(
      action,
      legal.includes(action)
        ? rules.judgeOrder(order, facts, action, now)
        : [rules.own('STATE', now, { status: order.status, subject: 'WORK_ORDER' }, order.id)],
    ),
  );
}

export async function operationTransitions(
  { id, workOrderId }: Pick<Operation, 'id' | 'workOrderId'>,
  who: Readonly<{ operatorId: string; stationId: string | null }>,
  context: Context,
): Promise<Transition<OperationAction>[] | null> {
  const { orders, stations, missing } = sourcesOf(context);
  const facts = await orders.load(workOrderId);
  const operation = facts?.operations.find((it) => it.id === id);
  if (!facts || !operation) return null;
  const stationId = who.stationId ?? operation.stationId;
  const [station, lacking] = await Promise.all([
    stationId === null ? null : stations.load(stationId),
    missing.load({ order: facts.order, operation, operatorId: who.operatorId }),
  ]);
  const now = context.now();
  const at = { station, missing: lacking, operatorId: who.operatorId };
  return operationActions.map((action) =>
    transition(
      action,
      rules.operationStates[action].includes(operation.status)
        ? rules.judgeOperation(facts.order, facts, operation, action, at, now)
        : [rules.own('STATE', now, { status: operation.status, subject: 'OPERATION' }, operation.id)],
    ),
  );
}

const transition = <Action>(action: Action, blockers: readonly Blocker[]): Transition<Action> => ({
  action,
  allowed: blockers.length === 0,
  blockers,
});
