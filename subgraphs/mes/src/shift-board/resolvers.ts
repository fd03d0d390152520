import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { readBoard } from './commands.ts';
import type { BoardOf, ShiftBoard } from './rules.ts';

// A gateway executes the subscription once per change, as an ordinary operation: there is nothing to subscribe to here.
const subscription = {
  shiftBoard: {
    resolve: (root: { shiftBoard?: ShiftBoard } | undefined, of: BoardOf, context: Context) =>
      root?.shiftBoard ?? readBoard(of, context),
  },
};

export const resolvers: Resolvers = {
  Query: { shiftBoard: (_, of, context) => readBoard(of, context) },
  Subscription: subscription as unknown as NonNullable<Resolvers['Subscription']>,

  ShiftBoard: {
    station: async ({ stationId }, _args, { loaders }) => (await loaders.station.load(stationId))!,
    currentWorkOrder: ({ currentWorkOrderId }, _args, { loaders }) =>
      currentWorkOrderId ? loaders.workOrder.load(currentWorkOrderId) : null,
  },

  ShiftBoardLine: {
    workOrder: async ({ workOrderId }, _args, { loaders }) => (await loaders.workOrder.load(workOrderId))!,
    operation: async ({ operationId }, _args, { loaders }) => (await loaders.operation.load(operationId))!,
  },
};
