import { readPage } from '@enghub/subgraph-kit/pages';
import type { Resolvers } from '../generated/graphql.ts';
import * as store from './store.ts';

export const resolvers: Resolvers = {
  Query: {
    mrpRun: (_, { id }, { loaders }) => loaders.run.load(id),
    mrpRuns: (_, { factoryId, ...args }, { claims, db }) => {
      const page = readPage(args, 1);
      return claims.factoryIds.includes(factoryId) ? store.page(db, factoryId, page) : null;
    },
  },

  MrpRun: {
    __resolveReference: ({ id }, { loaders }) => loaders.run.load(id),
    workOrder: ({ workOrderId }) => ({ id: workOrderId }),
  },

  MaterialRequirement: {
    material: ({ materialId }) => ({ id: materialId }),
  },

  WorkOrder: {
    // Whether the order exists is for MES to say.
    __resolveReference: ({ id }) => ({ id }),
    materialRequirements: async ({ id }, _, { loaders }) => (await loaders.runOfOrder.load(id))?.requirements ?? null,
  },
};
