import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Resolvers } from '../generated/graphql.ts';
import * as commands from './commands.ts';
import { messages } from './messages.ts';

export const resolvers: Resolvers = {
  Query: {
    shifts: async (_, { factoryId, shiftDate }, { loaders }) =>
      (await loaders.calendar.load(factoryId))?.occurrencesOn(shiftDate) ?? null,
    shiftAt: async (_, { factoryId, at }, { loaders }) =>
      (await loaders.calendar.load(factoryId))?.occurrenceAt(at) ?? null,
  },

  Mutation: {
    defineShiftPattern: async (_, { input }, context) => {
      const decision = await commands.defineShiftPattern(input, context);
      return decision.ok
        ? { __typename: 'DefineShiftPatternPayload', shiftPattern: decision.state }
        : { __typename: 'ShiftPatternRefusal', ...refusalIn(context.claims.language, messages, decision.refusal) };
    },
  },

  Factory: {
    shiftPattern: async ({ id, timeZone }, _args, { loaders, now }) => {
      const today = now().toLocaleDateString('sv-SE', { timeZone });
      return (await loaders.calendar.load(id))?.patternOn(today) ?? null;
    },
  },
};
