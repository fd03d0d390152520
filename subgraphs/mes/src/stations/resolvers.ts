import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { Resolvers, StationRefusalCode } from '../generated/graphql.ts';
import * as commands from './commands.ts';
import { messages } from './messages.ts';
import * as store from './store.ts';

const refusal = ({ claims }: Context, code: StationRefusalCode) => ({
  __typename: 'StationRefusal' as const,
  ...refusalIn(claims.language, messages, code),
});

export const resolvers: Resolvers = {
  Query: {
    factories: (_, _args, { db }) => store.listFactories(db),
    factory: (_, { id }, { loaders }) => loaders.factory.load(id),
    station: (_, { id }, { loaders }) => loaders.station.load(id),
  },

  Mutation: {
    defineFactory: async (_, { input }, context) => {
      const decision = await commands.defineFactory(
        { ...input, overproductionPercent: input.overproductionPercent ?? '0' },
        context,
      );
      return decision.ok
        ? { __typename: 'DefineFactoryPayload', factory: decision.state }
        : refusal(context, decision.refusal);
    },
    defineProductionLine: async (_, { input }, context) => {
      const decision = await commands.defineLine(input, context);
      return decision.ok
        ? { __typename: 'DefineProductionLinePayload', line: decision.state }
        : refusal(context, decision.refusal);
    },
    defineStation: async (_, { input }, context) => {
      const decision = await commands.defineStation({ ...input, capacity: input.capacity ?? 1 }, context);
      return decision.ok
        ? { __typename: 'DefineStationPayload', station: decision.state }
        : refusal(context, decision.refusal);
    },
  },

  Factory: {
    __resolveReference: ({ id }, { loaders }) => loaders.factory.load(id),
    lines: ({ id }, _args, { loaders }) => loaders.linesOf.load(id),
    stations: ({ id }, _args, { loaders }) => loaders.stationsOf.load(id),
  },

  ProductionLine: {
    __resolveReference: ({ id }, { loaders }) => loaders.line.load(id),
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
  },

  Station: {
    __resolveReference: ({ id }, { loaders }) => loaders.station.load(id),
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
    line: ({ lineId }, _args, { loaders }) => (lineId ? loaders.line.load(lineId) : null),
  },
};
