import type { Resolvers } from '../generated/graphql.ts';
import { isErpUnavailable } from '../erp/outage.ts';
import { judgeAll } from './commands.ts';

export const resolvers: Resolvers = {
  Query: {
    partApprovals: (_, { materialIds }, context) => judgeAll(materialIds, context),
  },

  Material: {
    ppap: async ({ id }, _args, context) => {
      const known = await context.erp.ppap(context, id).catch((error: unknown) => {
        if (isErpUnavailable(error)) return null;
        throw error;
      });
      return known?.value ? { ...known, ...known.value } : null;
    },
  },
};
