import { readPage, toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Resolvers } from '../generated/graphql.ts';
import * as commands from './commands.ts';
import { messages } from './messages.ts';
import * as store from './store.ts';

export const resolvers: Resolvers = {
  Query: {
    routing: (_, { id }, { loaders }) => loaders.routing.load(id),
    routings: async (_, { factoryId, ...args }, { db, loaders }) => {
      const { first, after } = readPage(args, 1);
      const factory = await loaders.factory.load(factoryId);
      if (!factory) return null;
      return toPage(await store.pageInForce(db, factory.id, first, after?.[0] ?? null), first, ({ code }) => [code]);
    },
  },

  Mutation: {
    defineRouting: async (_, { input }, context) => {
      const decision = await commands.defineRouting(input, context);
      return decision.ok
        ? { __typename: 'DefineRoutingPayload', routing: decision.state }
        : { __typename: 'RoutingRefusal', ...refusalIn(context.claims.language, messages, decision.refusal) };
    },
  },

  Routing: {
    __resolveReference: ({ id }, { loaders }) => loaders.routing.load(id),
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
    product: ({ productId }) => ({ id: productId }),
    operations: ({ id }, _args, { loaders }) => loaders.routingOperations.load(id),
  },

  RoutingOperation: {
    station: ({ stationId }, _args, { loaders }) => (stationId ? loaders.station.load(stationId) : null),
  },
};
