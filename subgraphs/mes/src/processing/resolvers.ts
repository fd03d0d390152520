import type { Resolvers } from '../generated/graphql.ts';
import { effectOf } from './messages.ts';
import { processingOf, type Known } from './rules.ts';

const nothing: Known = { steps: [], waitingSince: null };

export const resolvers: Resolvers = {
  ProductionReport: {
    processing: async ({ id }, _args, { loaders }) =>
      processingOf((await loaders.processingOfReport.load(id)) ?? nothing),
  },

  WorkOrder: {
    processing: async ({ id }, _args, { loaders }) =>
      processingOf((await loaders.processingOfOrder.load(id)) ?? nothing),
  },

  FailedStep: {
    effect: ({ step }, _args, { claims }) => effectOf(step, claims.language),
  },
};
