import type { Resolvers } from '../generated/graphql.ts';
import { consequences } from './messages.ts';
import { healthOf, lagOf, statesOf } from './reads.ts';

export const resolvers: Resolvers = {
  Query: {
    integrationStatus: async (_, _args, context) => {
      const degraded = (await statesOf(context)).filter(({ state }) => state === 'DEGRADED');
      return {
        isDegraded: degraded.length > 0,
        degraded: degraded.map(({ name, since }) => ({
          name,
          since,
          consequence: consequences[name][context.claims.language],
        })),
        interfaces: (await healthOf(context)).map((health) => ({ ...health, ...lagOf(health, context.now()) })),
      };
    },
  },
};
