import type { Resolvers } from '../generated/graphql.ts';
import * as commands from './commands.ts';

export const resolvers: Resolvers = {
  Query: {
    parseGs1: (_, { data }, { claims, now }) => {
      const read = commands.parseGs1(data, now());
      return read.ok
        ? { __typename: 'Gs1ElementString', elements: [...read.state] }
        : commands.gs1RefusalIn(claims.language, read.refusal);
    },
    gs1CheckDigit: (_, { digits }) => commands.checkDigit(digits),
  },
};
