import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { available, remainingAt } from '../work-orders/commands.ts';
import type { DispatchRefusal } from './change.ts';
import * as commands from './commands.ts';
import { dispatchList, listOfStation } from './dispatch-list.ts';
import { messages } from './messages.ts';

const refusal = ({ claims }: Context, { code, blockers = [] }: DispatchRefusal) => ({
  __typename: 'DispatchRefusal' as const,
  ...refusalIn(claims.language, messages, code),
  blockers,
});

/** What was loaded before the command is not what it left. */
async function operationAfter({ loaders }: Context, id: string) {
  const operation = await loaders.operation.clear(id).load(id);
  if (operation) loaders.workOrder.clear(operation.workOrderId);
  loaders.runningJobsOf.clear(id);
  loaders.dispatched.clear(id);
  return operation;
}

type Begun = Awaited<ReturnType<typeof commands.startOperation>>;
type Moved = Awaited<ReturnType<typeof commands.assignOperation>>;

async function begun(context: Context, decision: Begun) {
  if (!decision.ok) return refusal(context, decision.refusal);
  const { answer, replayed } = decision.state;
  const operation = await operationAfter(context, answer.operationId);
  const job = await context.loaders.job.clear(answer.jobId).load(answer.jobId);
  // The plant may have left the user's list since.
  if (!operation || !job) return refusal(context, { code: 'OPERATION_NOT_FOUND' });
  return { __typename: 'StartOperationPayload' as const, operation, job, replayed };
}

async function moved(context: Context, decision: Moved, replayed = false) {
  if (!decision.ok) return refusal(context, decision.refusal);
  const operation = await operationAfter(context, decision.state.operationId);
  if (!operation) return refusal(context, { code: 'OPERATION_NOT_FOUND' });
  return { __typename: 'OperationPayload' as const, operation, replayed };
}

type Ended = Awaited<ReturnType<typeof commands.pauseOperation>>;

const ended = (context: Context, decision: Ended) =>
  decision.ok
    ? moved(context, { ...decision, state: decision.state.answer }, decision.state.replayed)
    : refusal(context, decision.refusal);

export const resolvers: Resolvers = {
  Query: {
    dispatchList: (_, args, context) => dispatchList(args, context),
  },

  Mutation: {
    startOperation: async (_, { input }, context) =>
      begun(context, await commands.startOperation({ ...input, kind: input.kind ?? 'LABOUR' }, context)),
    resumeOperation: async (_, { input }, context) =>
      begun(context, await commands.resumeOperation({ ...input, kind: input.kind ?? 'LABOUR' }, context)),
    pauseOperation: async (_, { input }, context) => ended(context, await commands.pauseOperation(input, context)),
    finishOperation: async (_, { input }, context) => ended(context, await commands.finishOperation(input, context)),
    reopenOperation: async (_, { input }, context) => moved(context, await commands.reopenOperation(input, context)),
    assignOperation: async (_, { input }, context) => moved(context, await commands.assignOperation(input, context)),
  },

  Station: {
    dispatchList: (station, page, context) => listOfStation(station, page, context),
  },

  WorkOrderOperation: {
    version: async ({ id }, _args, { loaders }) => (await loaders.dispatched.load(id))!.version,
  },

  DispatchEntry: {
    operation: ({ id }, _args, context) => operationOf(context, id),
    workOrder: async ({ id }, _args, context) => (await orderOf(context, id)).order,
    availableQuantity: async ({ id }, _args, context) => {
      const { order, operation } = await orderOf(context, id);
      const all = await context.loaders.operationsOf.load(order.id);
      return available(operation, all, order.quantity);
    },
    remainingQuantity: async ({ id }, _args, context) => {
      const { order, operation } = await orderOf(context, id);
      const all = await context.loaders.operationsOf.load(order.id);
      return remainingAt(operation, all, order.quantity);
    },
    runningJobs: ({ id }, _args, { loaders }) => loaders.runningJobsOf.load(id),
  },
};

const operationOf = async ({ loaders }: Context, id: string) => (await loaders.operation.load(id))!;

async function orderOf(context: Context, operationId: string) {
  const operation = await operationOf(context, operationId);
  return { operation, order: (await context.loaders.workOrder.load(operation.workOrderId))! };
}
