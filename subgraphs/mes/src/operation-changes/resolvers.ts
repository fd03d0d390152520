import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/graphql.ts';
import * as commands from './commands.ts';
import { messages } from './messages.ts';

const answering =
  <Input>(command: (input: Input, context: Context) => Promise<commands.Outcome>) =>
  async (_: unknown, { input }: { input: Input }, context: Context) => {
    const decision = await command(input, context);
    if (!decision.ok) {
      const { code, blockers = [] } = decision.refusal;
      return {
        __typename: 'OperationChangeRefusal' as const,
        ...refusalIn(context.claims.language, messages, code),
        blockers: [...blockers],
      };
    }
    const { workOrderId, operationId, replayed } = decision.state;
    const { loaders } = context;
    const [workOrder, operation] = await Promise.all([
      loaders.workOrder.load(workOrderId),
      loaders.operation.load(operationId),
    ]);
    return {
      __typename: 'OperationChangePayload' as const,
      workOrder: workOrder!,
      operation: operation!,
      replayed,
    };
  };

export const resolvers: Resolvers = {
  Mutation: {
    addOperation: answering(commands.addOperation),
    repeatOperation: answering(commands.repeatOperation),
    skipOperation: answering(commands.skipOperation),
  },

  WorkOrder: {
    operationChanges: ({ id }, _args, { loaders }) => loaders.operationChangesOf.load(id),
  },

  WorkOrderOperationChange: {
    operation: async ({ operationId }, _args, { loaders }) => (await loaders.operation.load(operationId))!,
  },
};
