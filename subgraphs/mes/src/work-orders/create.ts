import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { fault } from '@enghub/subgraph-kit/fault';
import { newId } from '@enghub/subgraph-kit/ids';
import { answerRequest, bookRequest, findRequest, forgetRequest } from '@enghub/subgraph-kit/requests';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { publish } from '@enghub/subgraph-kit/publish';
import { findRoutingInForce, type RoutingVersion } from '../routings/commands.ts';
import { findFactory } from '../stations/commands.ts';
import { isLabel } from '../text-rules.ts';
import * as rules from './rules.ts';
import type { Operation, WorkOrder } from './rules.ts';
import * as store from './store.ts';

export type CreateInput = Readonly<{
  requestId: string;
  factoryId: string;
  number: string;
  routingCode: string;
  quantity: string;
  unit: string;
  bomVersion?: string | null | undefined;
  dueDate?: string | null | undefined;
}>;

export type CreateRefusal =
  | 'BAD_REQUEST_ID'
  | 'REQUEST_ID_REUSED'
  | 'FACTORY_NOT_FOUND'
  | 'ROUTING_NOT_FOUND'
  | 'PRODUCT_UNKNOWN'
  | 'BOM_UNAVAILABLE'
  | 'BAD_NUMBER'
  | 'BAD_QUANTITY'
  | 'NUMBER_TAKEN';

type Created = Readonly<{ order: WorkOrder; replayed: boolean }>;
type Outcome = Decision<Created, never, CreateRefusal>;

/** Plans an order by the routing in force. The ERP is asked before the transaction, which must not wait for it. */
export async function createWorkOrder(input: CreateInput, context: Context): Promise<Outcome> {
  const { requestId, ...body } = input;
  if (!isLabel(requestId)) return refuse('BAD_REQUEST_ID');
  if (!isLabel(input.unit)) throw fault('BAD_USER_INPUT', 'unit has 1 to 100 characters.');
  if (input.bomVersion != null && !isLabel(input.bomVersion)) {
    throw fault('BAD_USER_INPUT', 'bomVersion has 1 to 100 characters.');
  }
  const request = { requestId, command: 'createWorkOrder', body };
  // A request that was answered before is answered again, also while the ERP is away.
  const known = await findRequest<{ workOrderId: string }>(context.db, context.claims, request);
  if (known.kind !== 'first') return again(known, context.db);

  if (!context.claims.factoryIds.includes(input.factoryId)) return refuse('FACTORY_NOT_FOUND');
  const factory = await findFactory(context.db, input.factoryId);
  if (!factory) return refuse('FACTORY_NOT_FOUND');
  const routing = await findRoutingInForce(context.db, input.factoryId, input.routingCode);
  if (!routing) return refuse('ROUTING_NOT_FOUND');
  const plan = planOf(input, routing);
  const draft = rules.create(plan, context.claims.userId, context.now());
  if (!draft.ok) return draft;
  const bom = await askForBom(context, plan.productId, plan.bomVersion);
  if (bom.refusal) return refuse(bom.refusal);

  return context.transaction(async (tx) => {
    const booked = await bookRequest<{ workOrderId: string }>(tx, context.claims, request);
    if (booked.kind !== 'first') return again(booked, tx);

    const decision = rules.create({ ...plan, bomVersion: bom.version }, context.claims.userId, context.now());
    if (!decision.ok) return decision;
    const order = decision.state;
    const limit = rules.goodLimit(order.quantity, factory.overproductionPercent);
    if (!(await store.insertOrder(tx, context.claims.tenantId, order, operationsOf(order, routing, limit)))) {
      await forgetRequest(tx, context.claims, requestId);
      return refuse('NUMBER_TAKEN');
    }
    await publish(tx, context, { factoryId: order.factoryId, aggregateId: order.id }, decision.events);
    await answerRequest(tx, context.claims, requestId, { workOrderId: order.id });
    return { ok: true, state: { order, replayed: false }, events: [] };
  });
}

async function again(
  known: { kind: 'replayed'; answer: { workOrderId: string } } | { kind: 'reused' },
  db: Db,
): Promise<Outcome> {
  if (known.kind === 'reused') return refuse('REQUEST_ID_REUSED');
  const [order] = await store.findOrders(db, [known.answer.workOrderId]);
  // The plant may have left the user's list since.
  return order ? { ok: true, state: { order, replayed: true }, events: [] } : refuse('FACTORY_NOT_FOUND');
}

const planOf = (input: CreateInput, { routing }: RoutingVersion) => ({
  id: newId(),
  factoryId: input.factoryId,
  number: input.number,
  productId: routing.productId,
  bomVersion: input.bomVersion ?? null,
  routingId: routing.id,
  quantity: input.quantity,
  unit: input.unit,
  dueDate: input.dueDate ?? null,
});

function operationsOf(order: WorkOrder, { operations }: RoutingVersion, goodLimit: string): Operation[] {
  return operations.map(({ sequence, name, stationId, setupSeconds, runSecondsPerPiece }, at) => ({
    id: newId(),
    workOrderId: order.id,
    sequence,
    name,
    isLast: at === operations.length - 1,
    stationId,
    setupSeconds,
    runSecondsPerPiece,
    goodLimit,
    goodQuantity: '0',
    scrapQuantity: '0',
    reworkQuantity: '0',
  }));
}

type BomAnswer = { billOfMaterials?: { outcome: string; bom: { version: string } | null } };

async function askForBom(
  context: Context,
  productId: string,
  version: string | null,
): Promise<{ version: string; refusal: null } | { refusal: 'PRODUCT_UNKNOWN' | 'BOM_UNAVAILABLE' }> {
  const answer = (await context
    .graph(
      'luaguage-bridge',
      `query($productId: ID!, $version: String) {
        billOfMaterials(productId: $productId, version: $version) { outcome bom { version } }
      }`,
      { productId, version },
    )
    // Whatever went wrong over there, to the planner it is one thing.
    .catch(() => undefined)) as BomAnswer | undefined;
  const { outcome, bom } = answer?.billOfMaterials ?? { outcome: 'UNAVAILABLE', bom: null };
  if (outcome === 'UNKNOWN_PRODUCT') return { refusal: 'PRODUCT_UNKNOWN' };
  return outcome === 'FOUND' && bom ? { version: bom.version, refusal: null } : { refusal: 'BOM_UNAVAILABLE' };
}
