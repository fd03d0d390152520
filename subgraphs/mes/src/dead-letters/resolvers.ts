import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { discardDeadLetter, replayDeadLetter, type LetterRefusal } from './commands.ts';
import { messages } from './messages.ts';

const refused = ({ claims }: Context, refusal: LetterRefusal) => ({
  __typename: 'DeadLetterRefusal' as const,
  ...refusalIn(claims.language, messages, refusal),
});

export const resolvers: Resolvers = {
  Mutation: {
    replayDeadLetter: async (_, { input }, context) => {
      const decision = await replayDeadLetter(input, context);
      return decision.ok
        ? { __typename: 'ReplayDeadLetterPayload', ...decision.state }
        : refused(context, decision.refusal);
    },
    discardDeadLetter: async (_, { input }, context) => {
      const decision = await discardDeadLetter(input, context);
      return decision.ok
        ? { __typename: 'DiscardDeadLetterPayload', ...decision.state }
        : refused(context, decision.refusal);
    },
  },
};
