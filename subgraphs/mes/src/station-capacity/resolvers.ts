import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Resolvers } from '../generated/graphql.ts';
import * as commands from './commands.ts';
import { messages } from './messages.ts';

export const resolvers: Resolvers = {
  Query: {
    stationCapacity: async (_, { stationId, date }, context) => {
      const known = await commands.capacityOn(stationId, [date], context);
      return known && { station: known.station, ...known.days[0]! };
    },
    stationLoad: async (_, args, context) => {
      const load = await commands.loadOf(args, context);
      return load && { station: (await context.loaders.station.load(args.stationId))!, ...load };
    },
  },

  Mutation: {
    defineStationCapacity: async (_, { input }, context) => {
      const { shift = null, efficiencyPercent, ...rule } = input;
      const wanted = { ...rule, shift, efficiencyPercent: efficiencyPercent ?? '100' };
      const decision = await commands.defineCapacity(wanted, context);
      return decision.ok
        ? { __typename: 'DefineStationCapacityPayload', rule: decision.state }
        : { __typename: 'StationCapacityRefusal', ...refusalIn(context.claims.language, messages, decision.refusal) };
    },
  },

  Station: {
    capacityRules: ({ id }, _args, { loaders }) => loaders.capacityRulesOf.load(id),
  },
};
