import { isId } from '@enghub/subgraph-kit/ids';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { CostingRefusalCode, Resolvers } from '../generated/graphql.ts';
import { costOfOrder, recomputeCost } from './commands.ts';
import { defineCostRates } from './define-rates.ts';
import { messages } from './messages.ts';
import { findRates } from './store.ts';

const refusal = ({ claims }: Context, code: CostingRefusalCode) => ({
  __typename: 'CostingRefusal' as const,
  ...refusalIn(claims.language, messages, code),
});

export const resolvers: Resolvers = {
  Query: {
    costRates: async (_, { factoryId, on }, { db, loaders, now, vault }) => {
      const factory = await loaders.factory.load(factoryId);
      if (!factory) return null;
      const day = on ?? now().toLocaleDateString('sv-SE', { timeZone: factory.timeZone });
      return findRates(db, vault, factoryId, day);
    },
  },

  Mutation: {
    defineCostRates: async (_, { input }, context) => {
      const { labourBySkill, machineByStation, materials } = input;
      const decision = await defineCostRates(
        {
          ...input,
          labourBySkill: labourBySkill ?? [],
          machineByStation: machineByStation ?? [],
          materials: materials ?? [],
        },
        context,
      );
      return decision.ok
        ? { __typename: 'DefineCostRatesPayload', ...decision.state }
        : refusal(context, decision.refusal.code);
    },
    recomputeWorkOrderCost: async (_, { input: { workOrderId } }, context) => {
      const decision = isId(workOrderId) ? await recomputeCost(workOrderId, context) : null;
      if (!decision) return refusal(context, 'NOT_FOUND');
      return decision.ok
        ? { __typename: 'RecomputeWorkOrderCostPayload', cost: decision.state }
        : refusal(context, decision.refusal);
    },
  },

  WorkOrder: { cost: (order, _args, context) => costOfOrder(order, context) },

  CostRates: {
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
  },

  StationRate: {
    station: ({ stationId }, _args, { loaders }) => loaders.station.load(stationId),
  },
};
