import type { Resolvers } from '../generated/graphql.ts';

export const resolvers: Resolvers = {
  Query: {
    stationOee: (_, { stationId, shiftDate, shift }, { loaders }) =>
      loaders.oee.load({ stationId, shiftDate, shift: shift ?? null }),
  },

  Equipment: {
    oee: ({ stationId }, { shiftDate, shift }, { loaders }) =>
      loaders.oee.load({ stationId, shiftDate, shift: shift ?? null }),
  },
};
