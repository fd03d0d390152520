import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { DefinePlantPoliciesInput, Resolvers } from '../generated/graphql.ts';
import * as commands from './commands.ts';
import { messages } from './messages.ts';
import type { DecidedPolicies, PolicyChange } from './rules.ts';

const shown = ({ version, policies }: DecidedPolicies) => ({ version, ...policies });

/** Left out or null, a policy stays; only a quantity and the numbering rule can be taken away by null. */
function changeOf({ overproduction, lotNumber, ...input }: DefinePlantPoliciesInput): PolicyChange {
  const { predecessor, stationOverlap, occupiedStation, materialShortage, reportApproval, negativeStock, expiredLot } =
    input;
  return {
    ...(overproduction && {
      overproduction: {
        ...(overproduction.mode && { mode: overproduction.mode }),
        ...(overproduction.quantity !== undefined && { quantity: overproduction.quantity }),
      },
    }),
    ...(predecessor && { predecessor }),
    ...(stationOverlap && { stationOverlap }),
    ...(occupiedStation && { occupiedStation }),
    ...(materialShortage && { materialShortage }),
    ...(reportApproval && { reportApproval }),
    ...(negativeStock && { negativeStock }),
    ...(expiredLot && { expiredLot }),
    ...(lotNumber !== undefined && { lotNumber }),
  };
}

export const resolvers: Resolvers = {
  Mutation: {
    definePlantPolicies: async (_, { input }, context) => {
      const { factoryId, version = null } = input;
      const decision = await commands.definePolicies({ factoryId, version, change: changeOf(input) }, context);
      return decision.ok
        ? { __typename: 'DefinePlantPoliciesPayload', policies: shown(decision.state) }
        : { __typename: 'PlantPolicyRefusal', ...refusalIn(context.claims.language, messages, decision.refusal) };
    },
  },

  Factory: {
    policies: async ({ id }, _args, { loaders }) => shown((await loaders.policies.load(id))!),
  },
};
