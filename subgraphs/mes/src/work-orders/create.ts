import type { Decision } from '@enghub/subgraph-kit/decision';
import { newId } from '@enghub/subgraph-kit/ids';
import { publish } from '@enghub/subgraph-kit/publish';
import { answerRequest, bookRequest, findRequest, forgetRequest } from '@enghub/subgraph-kit/requests';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { findPolicies } from '../plant-policies/commands.ts';
import { findRoutingInForce, type RoutingVersion } from '../routings/commands.ts';
import { findFactory } from '../stations/commands.ts';
import { isLabel } from '../text-rules.ts';
import { askForBom } from './bill-of-materials.ts';
import { auditOrder } from './change.ts';
import * as rules from './create-rules.ts';
import { goodLimit } from './limit-rules.ts';
import { newOperations } from './operation-rules.ts';
import { refusing, type OrderRefusal } from './refusals.ts';
import type { Operation, WorkOrder } from './rules.ts';
import * as store from './store.ts';

type Optional<Value> = Value | null | undefined;

export type CreateInput = Readonly<{
  requestId: string;
  factoryId: string;
  number: string;
  routingCode: string;
  quantity: string;
  unit: string;
  bomVersion?: Optional<string>;
  dueDate?: Optional<string>;
  draft?: Optional<boolean>;
  priority?: Optional<number>;
  externalId?: Optional<string>;
  salesOrderId?: Optional<string>;
  salesOrderLine?: Optional<string>;
}>;

export type Created = Readonly<{ order: WorkOrder; replayed: boolean }>;
export type CreateOutcome = Decision<Created, never, OrderRefusal>;

/** Plans an order by the routing in force. The ERP is asked before the transaction, which must not wait for it. */
export async function createWorkOrder(input: CreateInput, context: Context): Promise<CreateOutcome> {
  const { requestId, ...body } = input;
  if (!isLabel(requestId)) return refusing('BAD_REQUEST_ID');
  if (input.bomVersion != null && !isLabel(input.bomVersion)) return refusing('BAD_BOM_VERSION');
  const request = { requestId, command: 'createWorkOrder', body };
  // A request that was answered before is answered again, also while the ERP is away.
  const known = await findRequest<{ workOrderId: string }>(context.db, context.claims, request);
  if (known.kind !== 'first') return again(known, context.db);

  if (!context.claims.factoryIds.includes(input.factoryId)) return refusing('FACTORY_NOT_FOUND');
  if (!(await findFactory(context.db, input.factoryId))) return refusing('FACTORY_NOT_FOUND');
  const routing = await findRoutingInForce(context.db, input.factoryId, input.routingCode);
  if (!routing) return refusing('ROUTING_NOT_FOUND');
  const plan = planOf(input, routing);
  const draft = rules.create(plan, context.claims.userId, context.now());
  if (!draft.ok) return refusing(draft.refusal);
  const { outcome, bom } = await askForBom(context, plan.productId, plan.bomVersion);
  if (outcome === 'UNKNOWN_PRODUCT') return refusing('PRODUCT_UNKNOWN');
  // A bill from the cache is good enough to go on with, not to create an order by.
  if (outcome !== 'FOUND' || !bom) return refusing('BOM_UNAVAILABLE');

  return context.transaction(async (tx) => {
    const booked = await bookRequest<{ workOrderId: string }>(tx, context.claims, request);
    if (booked.kind !== 'first') return again(booked, tx);

    const decision = rules.create({ ...plan, bomVersion: bom.version }, context.claims.userId, context.now());
    if (!decision.ok) return refusing(decision.refusal);
    const order = decision.state;
    const policies = (await findPolicies(tx, order.factoryId))!;
    const limit = goodLimit(order.quantity, policies.overproduction);
    const refusal = await insertNew(tx, context, order, newOperations(order.id, routing.operations, limit, newId));
    if (refusal) {
      await forgetRequest(tx, context.claims, requestId);
      return refusing(refusal);
    }
    await auditOrder(tx, context, { command: 'createWorkOrder', before: null, after: order });
    await publish(tx, context, { factoryId: order.factoryId, aggregateId: order.id }, decision.events);
    await answerRequest(tx, context.claims, requestId, { workOrderId: order.id });
    return { ok: true, state: { order, replayed: false }, events: [] };
  });
}

/** Inserts an order, or says which other order is in its way. */
export async function insertNew(
  tx: Db,
  context: Context,
  order: Parameters<typeof store.insertOrder>[2],
  operations: readonly Operation[],
): Promise<OrderRefusal | null> {
  if (await store.insertOrder(tx, context.claims.tenantId, order, operations)) return null;
  const existing =
    order.externalId === null ? null : await store.findByExternalId(tx, order.factoryId, order.externalId);
  return existing ? { code: 'EXTERNAL_ID_TAKEN', existing } : { code: 'NUMBER_TAKEN' };
}

export async function again(
  known: { kind: 'replayed'; answer: { workOrderId: string } } | { kind: 'reused' },
  db: Db,
): Promise<CreateOutcome> {
  if (known.kind === 'reused') return refusing('REQUEST_ID_REUSED');
  const [order] = await store.findOrders(db, [known.answer.workOrderId]);
  // The plant may have left the user's list since, or the draft was deleted.
  return order ? { ok: true, state: { order, replayed: true }, events: [] } : refusing('NOT_FOUND');
}

const planOf = (input: CreateInput, { routing }: RoutingVersion): rules.OrderPlan => ({
  id: newId(),
  factoryId: input.factoryId,
  number: input.number,
  productId: routing.productId,
  bomVersion: input.bomVersion ?? null,
  routingId: routing.id,
  quantity: input.quantity,
  unit: input.unit,
  dueDate: input.dueDate ?? null,
  draft: input.draft ?? false,
  priority: input.priority ?? 5,
  externalId: input.externalId ?? null,
  salesOrderId: input.salesOrderId ?? null,
  salesOrderLine: input.salesOrderLine ?? null,
});
