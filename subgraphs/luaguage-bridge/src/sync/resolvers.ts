import { fault } from '@enghub/subgraph-kit/fault';
import { isId } from '@enghub/subgraph-kit/ids';
import { readPage, toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Resolvers } from '../generated/graphql.ts';
import { retrySync } from './commands.ts';
import { messages } from './messages.ts';
import * as store from './store.ts';

const badCursor = () => fault('BAD_USER_INPUT', 'after is not a cursor of this list.');

export const resolvers: Resolvers = {
  Query: {
    salesOrder: (_, { id }, { loaders }) => loaders.salesOrder.load(id),
    salesOrders: async (_, args, { db }) => {
      const { first, after } = readPage(args, 2);
      const [changedAt, id = ''] = after ?? [];
      if (changedAt !== undefined && Number.isNaN(Date.parse(changedAt))) throw badCursor();
      const from = changedAt === undefined ? null : { changedAt: new Date(changedAt), id };
      const rows = await store.pageOfSalesOrders(db, first + 1, from);
      return toPage(rows, first, (it) => [it.changedAt.toISOString(), it.id]);
    },
    importLog: async (_, { filter, ...args }, { db }) => {
      const { first, after } = readPage(args, 1);
      const [before] = after ?? [];
      if (before !== undefined && !isId(before)) throw badCursor();
      const { kind, externalId, outcome } = filter ?? {};
      const wanted = { ...(kind && { kind }), ...(externalId && { externalId }), ...(outcome && { outcome }) };
      if (externalId?.includes('\0')) return toPage([], first, () => []);
      return toPage(await store.pageOfLog(db, wanted, first + 1, before ?? null), first, (it) => [it.id]);
    },
    quantityDifferences: async (_, args, { db }) => {
      const { first, after } = readPage(args, 2);
      const [number, id] = after ?? [];
      if (after?.some((part) => part.includes('\0'))) throw badCursor();
      const from = number === undefined || id === undefined ? null : { number, id };
      const rows = await store.pageOfDifferences(db, first + 1, from);
      return toPage(rows, first, (it) => [it.workOrderNumber, it.workOrderId]);
    },
  },

  Mutation: {
    retrySync: async (_, { input }, context) => {
      const outcome = await retrySync(input, context);
      return outcome.ok
        ? { __typename: 'RetrySyncPayload', ...outcome.state }
        : { __typename: 'SyncRefusal', ...refusalIn(context.claims.language, messages, outcome.refusal) };
    },
  },

  SalesOrder: { __resolveReference: ({ id }, { loaders }) => loaders.salesOrder.load(id) },
  SalesOrderLine: { product: ({ productId }) => ({ id: productId }) },

  WorkOrder: {
    __resolveReference: (reference) => reference,
    salesOrder: ({ salesOrderId }, _, { loaders }) => (salesOrderId ? loaders.salesOrder.load(salesOrderId) : null),
    erpFeedback: ({ id }, _, { loaders }) => loaders.orderFeedback.load(id),
  },
  OrderFeedback: { workOrder: ({ workOrderId }) => ({ id: workOrderId, salesOrderId: null }) },
};
