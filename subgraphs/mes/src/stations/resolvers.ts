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
    equipmentClasses: async (_, { factoryId }, { loaders }) => {
      if (!(await loaders.factory.load(factoryId))) return null;
      return commands.equipmentClassesOf(await loaders.stationsOf.load(factoryId));
    },
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
    defineArea: async (_, { input }, context) => {
      const decision = await commands.defineArea(input, context);
      return decision.ok
        ? { __typename: 'DefineAreaPayload', area: decision.state }
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
    retireStation: async (_, { input }, context) => {
      const decision = await commands.retireStation(input.id, context);
      return decision.ok
        ? { __typename: 'StationPayload', station: decision.state }
        : refusal(context, decision.refusal);
    },
    reinstateStation: async (_, { input }, context) => {
      const decision = await commands.reinstateStation(input.id, context);
      return decision.ok
        ? { __typename: 'StationPayload', station: decision.state }
        : refusal(context, decision.refusal);
    },
  },

  Factory: {
    __resolveReference: ({ id }, { loaders }) => loaders.factory.load(id),
    areas: ({ id }, _args, { loaders }) => loaders.areasOf.load(id),
    lines: ({ id }, _args, { loaders }) => loaders.linesOf.load(id),
    stations: ({ id }, _args, { loaders }) => loaders.stationsOf.load(id),
  },

  Area: {
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
    lines: ({ id }, _args, { loaders }) => loaders.linesOfArea.load(id),
  },

  ProductionLine: {
    __resolveReference: ({ id }, { loaders }) => loaders.line.load(id),
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
    area: ({ areaId }, _args, { loaders }) => (areaId ? loaders.area.load(areaId) : null),
    stations: ({ id }, _args, { loaders }) => loaders.stationsOfLine.load(id),
  },

  Station: {
    __resolveReference: ({ id }, { loaders }) => loaders.station.load(id),
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
    line: ({ lineId }, _args, { loaders }) => (lineId ? loaders.line.load(lineId) : null),
    hierarchy: async ({ factoryId, lineId, code }, _args, { claims, loaders }) => {
      const line = lineId ? await loaders.line.load(lineId) : null;
      const area = line?.areaId ? await loaders.area.load(line.areaId) : null;
      const path = { area: area?.code ?? null, workCenter: line?.code ?? null, workUnit: code };
      return { enterprise: claims.tenantId, site: factoryId, ...path };
    },
  },
};
