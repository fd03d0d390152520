import { readPage, toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { Resolvers, RoutingRefusalCode } from '../generated/graphql.ts';
import * as commands from './commands.ts';
import { messages } from './messages.ts';
import * as store from './store.ts';

type Refused = Exclude<RoutingRefusalCode, 'BAD_DEPENDENCY'> | { code: 'BAD_DEPENDENCY'; sequences: readonly number[] };

function refusal({ claims }: Context, refused: Refused) {
  const { code, sequences } = typeof refused === 'string' ? { code: refused, sequences: null } : refused;
  const details = { sequences: sequences?.join(', ') ?? '' };
  return { __typename: 'RoutingRefusal' as const, ...refusalIn(claims.language, messages, code, details), sequences };
}

export const resolvers: Resolvers = {
  Query: {
    routing: (_, { id }, { loaders }) => loaders.routing.load(id),
    routings: async (_, { factoryId, ...args }, { db, loaders }) => {
      const { first, after } = readPage(args, 1);
      const factory = await loaders.factory.load(factoryId);
      if (!factory) return null;
      const page = { first, after: after?.[0] ?? null, archived: args.includeArchived };
      return toPage(await store.pageInForce(db, factory.id, page), first, ({ code }) => [code]);
    },
    routingVersions: async (_, { factoryId, code, ...args }, { db, loaders }) => {
      const { first, after } = readPage(args, 1);
      const factory = await loaders.factory.load(factoryId);
      if (!factory) return null;
      const versions = await store.pageOfVersions(db, factory.id, code, { first, after: after?.[0] ?? null });
      return toPage(versions, first, ({ version }) => [version]);
    },
  },

  Mutation: {
    defineRouting: async (_, { input }, context) => {
      const decision = await commands.defineRouting(input, context);
      return decision.ok
        ? { __typename: 'DefineRoutingPayload', routing: decision.state }
        : refusal(context, decision.refusal);
    },
    archiveRouting: async (_, { input }, context) => {
      const decision = await commands.archiveRouting(input, context);
      return decision.ok
        ? { __typename: 'ArchiveRoutingPayload', routing: decision.state }
        : refusal(context, decision.refusal);
    },
  },

  Routing: {
    __resolveReference: ({ id }, { loaders }) => loaders.routing.load(id),
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
    product: ({ productId }) => ({ id: productId }),
    operations: ({ id }, _args, { loaders }) => loaders.routingOperations.load(id),
    standardTime: async ({ id }, { quantity }, { loaders }) =>
      commands.standardTimeOf(await loaders.routingOperations.load(id), quantity),
  },

  RoutingOperation: {
    station: ({ stationId }, _args, { loaders }) => (stationId ? loaders.station.load(stationId) : null),
  },
};
