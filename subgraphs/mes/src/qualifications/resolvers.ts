import { toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { readTimePage, timeKey } from '../time-cursor.ts';
import * as commands from './commands.ts';
import { messages } from './messages.ts';

const answer = (decision: commands.Outcome, { claims }: Context) =>
  decision.ok
    ? { __typename: 'QualificationPayload' as const, ...decision.state }
    : {
        __typename: 'QualificationRefusal' as const,
        ...refusalIn(claims.language, messages, decision.refusal),
      };

export const resolvers: Resolvers = {
  Query: {
    qualifications: async (_, args, context) => {
      const page = readTimePage(args);
      const rows = await commands.pageOfQualifications(args, page, context);
      return rows && toPage(rows, page.first, ({ grantedAt, id }) => timeKey(grantedAt, id));
    },
  },

  Mutation: {
    grantQualification: async (_, { input }, context) =>
      answer(await commands.grantQualification(input, context), context),
    revokeQualification: async (_, { input }, context) =>
      answer(await commands.revokeQualification(input, context), context),
  },

  Qualification: {
    isValid: async (qualification, _args, { loaders, now }) => {
      const factory = await loaders.factory.load(qualification.factoryId);
      return factory !== null && commands.isValid(qualification, commands.plantDay(now(), factory.timeZone));
    },
  },
};
