import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Resolvers } from '../generated/graphql.ts';
import { writeHandOverNote } from './commands.ts';
import { messages } from './messages.ts';

export const resolvers: Resolvers = {
  Mutation: {
    writeHandOverNote: async (_, { input }, context) => {
      const decision = await writeHandOverNote(input, context);
      return decision.ok
        ? { __typename: 'WriteHandOverNotePayload', ...decision.state }
        : { __typename: 'HandOverNoteRefusal', ...refusalIn(context.claims.language, messages, decision.refusal) };
    },
  },

  HandOverNote: {
    station: ({ place, placeId }, _args, { loaders }) => (place === 'STATION' ? loaders.station.load(placeId) : null),
    line: ({ place, placeId }, _args, { loaders }) => (place === 'LINE' ? loaders.line.load(placeId) : null),
  },
};
