import type { Resolvers } from '../generated/graphql.ts';
import { statistics } from './commands.ts';

export const resolvers: Resolvers = {
  Query: {
    defectStatistics: (_, period, context) => statistics(period, context),
  },
};
