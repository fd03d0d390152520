import { toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { Resolvers, WorkOrderRefusalCode } from '../generated/graphql.ts';
import { readTimePage, timeKey } from '../time-cursor.ts';
import * as commands from './commands.ts';
import { createWorkOrder } from './create.ts';
import { messages } from './messages.ts';
import * as store from './store.ts';

const refusal = ({ claims }: Context, code: WorkOrderRefusalCode) => ({
  __typename: 'WorkOrderRefusal' as const,
  ...refusalIn(claims.language, messages, code),
});

/** Every step of an order's life answers alike. */
const answering =
  <Input>(command: (input: Input, context: Context) => Promise<commands.Outcome>) =>
  async (_: unknown, { input }: { input: Input }, context: Context) => {
    const decision = await command(input, context);
    return decision.ok
      ? { __typename: 'WorkOrderPayload' as const, workOrder: decision.state }
      : refusal(context, decision.refusal);
  };

export const resolvers: Resolvers = {
  Query: {
    workOrder: (_, { id }, { loaders }) => loaders.workOrder.load(id),
    workOrders: async (_, { filter, ...args }, { db }) => {
      const page = readTimePage(args);
      const rows = await store.pageOfOrders(db, page, filter ?? {});
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
    releaseWorkOrder: answering(commands.releaseWorkOrder),
    startWorkOrder: answering(commands.startWorkOrder),
    holdWorkOrder: answering(commands.holdWorkOrder),
    resumeWorkOrder: answering(commands.resumeWorkOrder),
    completeWorkOrder: answering(commands.completeWorkOrder),
    closeWorkOrder: answering(commands.closeWorkOrder),
    cancelWorkOrder: answering(commands.cancelWorkOrder),
  },

  WorkOrder: {
    __resolveReference: ({ id }, { loaders }) => loaders.workOrder.load(id),
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
    product: ({ productId }) => ({ id: productId }),
    routing: async ({ routingId }, _args, { loaders }) => (await loaders.routing.load(routingId))!,
    remainingQuantity: (order) => commands.remainingQuantity(order),
    operations: ({ id }, _args, { loaders }) => loaders.operationsOf.load(id),
  },

  WorkOrderOperation: {
    __resolveReference: ({ id }, { loaders }) => loaders.operation.load(id),
    workOrder: async ({ workOrderId }, _args, { loaders }) => (await loaders.workOrder.load(workOrderId))!,
    station: ({ stationId }, _args, { loaders }) => (stationId ? loaders.station.load(stationId) : null),
  },
};
