import { toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { readTimePage, timeKey } from '../time-cursor.ts';
import { messages } from './messages.ts';
import { pageOfReceipts } from './receipt-store.ts';
import { acceptReceipt, declineReceipt } from './receipts.ts';

function answer(decision: Awaited<ReturnType<typeof acceptReceipt>>, { claims }: Context) {
  if (decision.ok) return { __typename: 'FinishedGoodsReceiptPayload' as const, ...decision.state };
  const { refusal } = decision;
  const details: Record<string, string> = 'limit' in refusal ? { limit: refusal.limit, actual: refusal.actual } : {};
  return {
    __typename: 'FinishedGoodsReceiptRefusal' as const,
    limit: null,
    actual: null,
    ...details,
    ...refusalIn(claims.language, messages, refusal.code, details),
  };
}

export const resolvers: Resolvers = {
  Query: {
    finishedGoodsReceipts: async (_, { factoryId, state, ...args }, { db }) => {
      const page = readTimePage(args);
      const rows = await pageOfReceipts(db, factoryId, state ?? null, page);
      return toPage(rows, page.first, ({ createdAt, id }) => timeKey(createdAt, id));
    },
  },

  Mutation: {
    acceptFinishedGoodsReceipt: async (_, { input }, context) => answer(await acceptReceipt(input, context), context),
    declineFinishedGoodsReceipt: async (_, { input }, context) => answer(await declineReceipt(input, context), context),
  },

  WorkOrder: {
    completionReport: ({ id }, _args, { loaders }) => loaders.completionReportOf.load(id),
    finishedGoodsReceipts: ({ id }, _args, { loaders }) => loaders.finishedGoodsReceiptsOf.load(id),
  },

  OperationCompletionReport: {
    operation: ({ operationId }, _args, { loaders }) => loaders.operation.load(operationId),
  },

  FinishedGoodsReceipt: {
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
    workOrder: async ({ workOrderId }, _args, { loaders }) => (await loaders.workOrder.load(workOrderId))!,
    product: ({ productId }) => ({ id: productId }),
    lot: ({ lotId }, _args, { loaders }) => (lotId ? loaders.lot.load(lotId) : null),
    location: ({ locationId }, _args, { loaders }) => (locationId ? loaders.location.load(locationId) : null),
  },
};
