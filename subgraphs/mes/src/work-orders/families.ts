/** Orders that come from orders: splits, back-orders and rework. */
import { audit } from '@enghub/subgraph-kit/audit';
import type { Decision } from '@enghub/subgraph-kit/decision';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import { publish } from '@enghub/subgraph-kit/publish';
import { answerRequest, bookRequest, forgetRequest } from '@enghub/subgraph-kit/requests';
import type { Fact } from '@enghub/event-contracts/fact';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import type { WorkOrderRefusalCode } from '../generated/graphql.ts';
import { orderBlockers } from '../readiness/commands.ts';
import { isLabel } from '../text-rules.ts';
import { auditOrder, stale } from './change.ts';
import { outputLotOf } from './commands.ts';
import { insertNew, type CreateOutcome } from './create.ts';
import { allowanceOf } from './edit.ts';
import * as rules from './family-rules.ts';
import type { Allowance } from './limit-rules.ts';
import * as operations from './operation-store.ts';
import { refusing, type OrderRefusal } from './refusals.ts';
import type { Operation } from './rules.ts';
import * as store from './store.ts';
import type { OrderWithPolicies } from './store.ts';

type Optional<Value> = Value | null | undefined;
type FamilyInput = Readonly<{ requestId: string; id: string; version: number; number?: Optional<string> }>;

export const splitWorkOrder = (input: FamilyInput & { quantity: string }, context: Context): Promise<CreateOutcome> =>
  divide(input, context, 'splitWorkOrder', (order, own, birth, allowance) =>
    rules.split(order, own, input.quantity, birth, allowance, context.claims.userId, context.now()),
  );

export const createBackOrder = (input: FamilyInput, context: Context): Promise<CreateOutcome> =>
  divide(input, context, 'createBackOrder', (order, own, birth, allowance) =>
    rules.backOrder(order, own, birth, allowance, context.claims.userId, context.now()),
  );

type Divide = (
  order: OrderWithPolicies,
  own: readonly Operation[],
  birth: rules.Birth,
  allowance: Allowance,
) => Decision<rules.Family, Fact, WorkOrderRefusalCode | OrderRefusal>;

function divide(input: FamilyInput, context: Context, command: string, decide: Divide): Promise<CreateOutcome> {
  return once(input, command, context, async (tx) => {
    const order = await store.loadForChange(tx, input.id);
    if (!order) return refusing('NOT_FOUND');
    if (order.version !== input.version) return stale(context, order, input.requestId);
    const own = await operations.findOperationsOf(tx, [order.id]);
    const allowance = await allowanceOf(tx, order);
    const operationIds = new Map(own.map(({ id }) => [id, newId()]));
    const number = input.number ?? (await freeNumber(tx, order));
    const decision = decide(order, own, { id: newId(), number, operationIds }, allowance);
    if (!decision.ok) return refusing(decision.refusal);
    // What holds the order would not know its child.
    const blockers = await orderBlockers(tx, order, 'RESUME', context);
    if (blockers.length > 0) return refusing({ code: 'BLOCKED', blockers });

    const { parent, parentOperations, child, childOperations, childEvents } = decision.state;
    const taken = await insertNew(tx, context, { ...child, policies: order.policies }, childOperations);
    if (taken) return refusing(taken);
    const saved = await store.saveOrder(tx, { ...order, ...parent });
    if (!saved) return refusing('STALE_VERSION');
    await operations.saveAdjusted(tx, parentOperations);
    const { factoryId } = order;
    const { tenantId } = context.claims;
    const materials = (await operations.findMaterialsOf(tx, [order.id])).map((material) => ({
      ...material,
      workOrderId: child.id,
      operationId: operationIds.get(material.operationId)!,
    }));
    await operations.insertMaterials(tx, { tenantId, factoryId }, materials);

    await auditOrder(tx, context, { command, before: order, after: saved });
    await auditOrder(tx, context, { command, before: null, after: child });
    await auditOperations(tx, context, command, factoryId, own, parentOperations);
    await publish(tx, context, { factoryId, aggregateId: order.id }, decision.events);
    await publish(tx, context, { factoryId, aggregateId: child.id }, childEvents);
    const outputLotId = child.status === 'RELEASED' ? await outputLotOf(tx, context, child, 'RELEASE') : null;
    return { ok: true, state: { order: { ...child, outputLotId }, replayed: false }, events: [] };
  });
}

/** A division gives pieces and limits to operations: what each had before and has now. */
async function auditOperations(
  tx: Db,
  context: Context,
  command: string,
  factoryId: string,
  before: readonly Operation[],
  after: readonly Operation[],
): Promise<void> {
  const figures = ({ goodLimit, carriedQuantity, status }: Operation) => ({ goodLimit, carriedQuantity, status });
  for (const [at, operation] of before.entries()) {
    const [was, is] = [figures(operation), figures(after[at]!)];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    const about = { command, factoryId, entity: 'WorkOrderOperation', entityId: operation.id };
    await audit(tx, context, { ...about, before: was, after: is });
  }
}

/** The first of WO-7-1, WO-7-2, … that no order of the plant has. */
export async function freeNumber(tx: Db, { factoryId, number }: OrderWithPolicies): Promise<string> {
  const taken = new Set(await store.findNumbers(tx, factoryId, `${number}-`));
  for (let at = 1; ; at++) if (!taken.has(`${number}-${at}`)) return `${number}-${at}`;
}

/** Whatever is refused leaves no trace of its request, and a request that was answered is answered the same again. */
export async function once(
  { requestId, ...body }: FamilyInput | (Omit<FamilyInput, 'version'> & object),
  command: string,
  context: Context,
  work: (tx: Db) => Promise<CreateOutcome>,
): Promise<CreateOutcome> {
  if (!isLabel(requestId)) return refusing('BAD_REQUEST_ID');
  if (!isId(body.id)) return refusing('NOT_FOUND');
  if (body.number != null && !isLabel(body.number)) return refusing('BAD_NUMBER');
  return context.transaction(async (tx) => {
    const request = { requestId, command, body };
    const booked = await bookRequest<{ workOrderId: string }>(tx, context.claims, request);
    if (booked.kind === 'reused') return refusing('REQUEST_ID_REUSED');
    if (booked.kind === 'replayed') {
      const [order] = await store.findOrders(tx, [booked.answer.workOrderId]);
      return order ? { ok: true, state: { order, replayed: true }, events: [] } : refusing('NOT_FOUND');
    }
    const outcome = await work(tx);
    if (outcome.ok) await answerRequest(tx, context.claims, requestId, { workOrderId: outcome.state.order.id });
    else await forgetRequest(tx, context.claims, requestId);
    return outcome;
  });
}
