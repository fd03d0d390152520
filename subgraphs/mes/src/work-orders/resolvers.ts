import { toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { Resolvers, EditWorkOrderInput } from '../generated/graphql.ts';
import { readTimePage, timeKey } from '../time-cursor.ts';
import type { Outcome } from './change.ts';
import { createWorkOrder, type CreateOutcome } from './create.ts';
import { latenessOf, remainingQuantity } from './derived.ts';
import { deleteWorkOrder, planWorkOrder, editWorkOrder } from './edit.ts';
import type { Edit } from './edit-rules.ts';
import { createBackOrder, splitWorkOrder } from './families.ts';
import * as life from './life.ts';
import { messages } from './messages.ts';
import type { OrderRefusal } from './refusals.ts';
import { createReworkOrder } from './rework.ts';
import type { WorkOrder } from './rules.ts';
import * as store from './store.ts';

const refusal = ({ claims }: Context, { code, blockers = [], existing, limit, actual, count }: OrderRefusal) => {
  const details = {
    ...(limit === undefined ? {} : { limit }),
    ...(actual === undefined ? {} : { actual }),
    ...(count === undefined ? {} : { count: String(count) }),
    ...(existing ? { existing: existing.number } : {}),
  };
  return {
    __typename: 'WorkOrderRefusal' as const,
    ...refusalIn(claims.language, messages, code, details),
    blockers: [...blockers],
    limit: limit ?? null,
    actual: actual ?? null,
    existing: existing ?? null,
  };
};

/** Every step of an order's life answers alike. */
const answering =
  <Input>(command: (input: Input, context: Context) => Promise<Outcome>) =>
  async (_: unknown, { input }: { input: Input }, context: Context) => {
    const decision = await command(input, context);
    return decision.ok
      ? { __typename: 'WorkOrderPayload' as const, workOrder: decision.state }
      : refusal(context, decision.refusal);
  };

/** Left out means unchanged. Null takes away what an order can do without, and changes nothing else. */
const changesOf = (wishes: Omit<EditWorkOrderInput, 'id' | 'version'>): Edit => {
  const needed = new Set(['quantity', 'unit', 'priority']);
  const named = Object.entries(wishes).filter(([name, value]) =>
    needed.has(name) ? value != null : value !== undefined,
  );
  return Object.fromEntries(named) as Edit;
};

const operationsBy = async (loaders: Context['loaders'], ids: readonly string[]) =>
  (await Promise.all(ids.map((id) => loaders.operation.load(id)))).flatMap((operation) => operation ?? []);

/** Every order that comes from another is answered alike. */
const deriving =
  <Input>(command: (input: Input, context: Context) => Promise<CreateOutcome>) =>
  async (_: unknown, { input }: { input: Input }, context: Context) => {
    const decision = await command(input, context);
    if (!decision.ok) return refusal(context, decision.refusal);
    const { order, replayed } = decision.state;
    return { __typename: 'DerivedWorkOrderPayload' as const, workOrder: order, replayed };
  };

export const resolvers: Resolvers = {
  Query: {
    workOrder: (_, { id }, { loaders }) => loaders.workOrder.load(id),
    workOrders: async (_, { filter, ...args }, { db, now }) => {
      const page = readTimePage(args);
      const rows = await store.pageOfOrders(db, page, filter ?? {}, now());
      return toPage(rows, page.first, ({ createdAt, id }) => timeKey(createdAt, id));
    },
  },

  Mutation: {
    createWorkOrder: async (_, { input }, context) => {
      const decision = await createWorkOrder({ ...input, unit: input.unit ?? 'pcs' }, context);
      if (!decision.ok) return refusal(context, decision.refusal);
      const { order, replayed } = decision.state;
      return { __typename: 'CreateWorkOrderPayload', workOrder: order, replayed };
    },
    planWorkOrder: answering(planWorkOrder),
    editWorkOrder: async (_, { input: { id, version, ...wishes } }, context) => {
      const decision = await editWorkOrder({ id, version, changes: changesOf(wishes) }, context);
      return decision.ok
        ? { __typename: 'WorkOrderPayload', workOrder: decision.state }
        : refusal(context, decision.refusal);
    },
    deleteWorkOrder: async (_, { input }, context) => {
      const decision = await deleteWorkOrder(input, context);
      return decision.ok
        ? { __typename: 'DeleteWorkOrderPayload', id: decision.state }
        : refusal(context, decision.refusal);
    },
    splitWorkOrder: deriving(splitWorkOrder),
    createBackOrder: deriving(createBackOrder),
    createReworkOrder: deriving(createReworkOrder),
    releaseWorkOrder: answering(life.releaseWorkOrder),
    startWorkOrder: answering(life.startWorkOrder),
    holdWorkOrder: answering(life.holdWorkOrder),
    resumeWorkOrder: answering(life.resumeWorkOrder),
    completeWorkOrder: answering(life.completeWorkOrder),
    reopenWorkOrder: answering(life.reopenWorkOrder),
    closeWorkOrder: answering(life.closeWorkOrder),
    closeWorkOrderWithLoss: answering(life.closeWorkOrderWithLoss),
    cancelWorkOrder: answering(life.cancelWorkOrder),
  },

  WorkOrder: {
    __resolveReference: ({ id }, { loaders }) => loaders.workOrder.load(id),
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
    product: ({ productId }) => ({ id: productId }),
    routing: async ({ routingId }, _args, { loaders }) => (await loaders.routing.load(routingId))!,
    remainingQuantity,
    lateness: async (order, _args, { loaders, now }) =>
      latenessOf(order, order.dueDate === null ? null : (await loaders.factory.load(order.factoryId))!.timeZone, now()),
    bomSource: async (order, _args, { loaders }) => (await releaseOf(order, loaders))?.bomSource ?? null,
    bomAsOf: async (order, _args, { loaders }) => (await releaseOf(order, loaders))?.bomAsOf ?? null,
    materials: ({ id }, _args, { loaders }) => loaders.materialsOf.load(id),
    overproduction: async ({ id }, _args, { loaders }) =>
      (await loaders.policiesOf.load(id))?.policies.overproduction ?? null,
    parent: ({ parentId }, _args, { loaders }) => (parentId ? loaders.workOrder.load(parentId) : null),
    children: ({ id }, _args, { loaders }) => loaders.childrenOf.load(id),
    operations: ({ id }, _args, { loaders }) => loaders.operationsOf.load(id),
  },

  WorkOrderMaterial: {
    material: ({ materialId }) => ({ id: materialId }),
    operation: async ({ operationId }, _args, { loaders }) => (await loaders.operation.load(operationId))!,
  },

  WorkOrderOperation: {
    __resolveReference: ({ id }, { loaders }) => loaders.operation.load(id),
    workOrder: async ({ workOrderId }, _args, { loaders }) => (await loaders.workOrder.load(workOrderId))!,
    station: ({ stationId }, _args, { loaders }) => (stationId ? loaders.station.load(stationId) : null),
    after: ({ afterIds }, _args, { loaders }) => operationsBy(loaders, afterIds),
    with: ({ withIds }, _args, { loaders }) => operationsBy(loaders, withIds),
  },
};

/** A part of another order was released with it. */
const releaseOf = ({ id, parentId, parentRelation }: WorkOrder, loaders: Context['loaders']) =>
  loaders.policiesOf.load(parentId !== null && parentRelation !== 'REWORK' ? parentId : id);
