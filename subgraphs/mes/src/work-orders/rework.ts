import { fact } from '@enghub/event-contracts/fact';
import { reworkOrderCreated } from '@enghub/event-contracts/mes/work-order-rework-created.v1';
import { newId } from '@enghub/subgraph-kit/ids';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import { findPolicies } from '../plant-policies/commands.ts';
import { findRoutingInForce } from '../routings/commands.ts';
import { auditOrder, noteOf } from './change.ts';
import { insertNew, type CreateOutcome } from './create.ts';
import { create, type OrderPlan } from './create-rules.ts';
import { freeNumber, once } from './families.ts';
import { goodLimit } from './limit-rules.ts';
import { newOperations } from './operation-rules.ts';
import { refusing } from './refusals.ts';
import * as store from './store.ts';

type Optional<Value> = Value | null | undefined;

export type ReworkInput = Readonly<{
  requestId: string;
  id: string;
  quantity: string;
  routingCode: string;
  reason: string;
  number?: Optional<string>;
  dueDate?: Optional<string>;
  priority?: Optional<number>;
}>;

/**
 * Plans an order that works on finished pieces of another once more, by a routing of its own. The other order stays as
 * it is: what it made, it made. The ERP is not asked, for nothing of the bill is used again.
 */
export function createReworkOrder(input: ReworkInput, context: Context): Promise<CreateOutcome> {
  const reason = noteOf('reason', input.reason)!;
  if (reason.trim() === '') return Promise.resolve(refusing('REASON_REQUIRED'));
  const { userId } = context.claims;
  return once(input, 'createReworkOrder', context, async (tx) => {
    const parent = await store.loadForChange(tx, input.id);
    if (!parent) return refusing('NOT_FOUND');
    if (parent.status === 'DRAFT') return refusing('ILLEGAL_TRANSITION');
    const { factoryId, productId } = parent;
    const routing = await findRoutingInForce(tx, factoryId, input.routingCode);
    if (!routing) return refusing('ROUTING_NOT_FOUND');
    if (routing.routing.productId !== productId) return refusing('ROUTING_OF_OTHER_PRODUCT');
    const plan: OrderPlan = {
      id: newId(),
      factoryId,
      productId,
      type: 'REWORK',
      parentId: parent.id,
      parentRelation: 'REWORK',
      number: input.number ?? (await freeNumber(tx, parent)),
      bomVersion: parent.bomVersion,
      routingId: routing.routing.id,
      quantity: input.quantity,
      unit: parent.unit,
      dueDate: input.dueDate ?? null,
      priority: input.priority ?? parent.priority,
      salesOrderId: parent.salesOrderId,
      salesOrderLine: parent.salesOrderLine,
    };
    const decision = create(plan, userId, context.now());
    if (!decision.ok) return refusing(decision.refusal);
    const order = decision.state;
    const limit = goodLimit(order.quantity, (await findPolicies(tx, factoryId))!.overproduction);
    const taken = await insertNew(tx, context, order, newOperations(order.id, routing.operations, limit, newId));
    if (taken) return refusing(taken);
    await auditOrder(tx, context, { command: 'createReworkOrder', before: null, after: order, reason });
    // Not told as created: whoever plans materials for a new order must not plan them twice.
    const told = fact(reworkOrderCreated, {
      work_order_id: order.id,
      number: order.number,
      product_id: productId,
      quantity: order.quantity,
      unit: order.unit,
      due_date: order.dueDate,
      parent_id: parent.id,
      reason,
      created_by: userId,
    });
    await publish(tx, context, { factoryId, aggregateId: order.id }, [told]);
    return { ok: true, state: { order, replayed: false }, events: [] };
  });
}
