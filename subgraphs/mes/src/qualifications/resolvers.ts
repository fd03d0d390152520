import { fault } from '@enghub/subgraph-kit/fault';
import { toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { isLabel } from '../text-rules.ts';
import { readTimePage, timeKey } from '../time-cursor.ts';
import * as commands from './commands.ts';
import { messages } from './messages.ts';
import * as store from './store.ts';

const MOST_DAYS = 3_650;

const answer = (decision: commands.Outcome, { claims }: Context) =>
  decision.ok
    ? { __typename: 'QualificationPayload' as const, ...decision.state }
    : {
        __typename: 'QualificationRefusal' as const,
        ...refusalIn(claims.language, messages, decision.refusal),
      };

export const resolvers: Resolvers = {
  Query: {
    qualifications: async (_, args, { db, loaders, now }) => {
      const page = readTimePage(args);
      const { factoryId, operatorId = null, skill = null, expiringWithinDays: days = null } = args;
      if (days !== null && (days < 1 || days > MOST_DAYS)) {
        throw fault('BAD_USER_INPUT', `expiringWithinDays must be between 1 and ${MOST_DAYS}.`);
      }
      const factory = await loaders.factory.load(factoryId);
      if (!factory) return null;
      const unknowable = [operatorId, skill].some((text) => text !== null && !isLabel(text));
      const today = commands.plantDay(now(), factory.timeZone);
      const expiring = days === null ? null : { today, until: commands.dayAfter(today, days) };
      const filter = { factoryId, operatorId, skill, expiring };
      const rows = unknowable ? [] : await store.pageOfQualifications(db, page, filter);
      return toPage(rows, page.first, ({ grantedAt, id }) => timeKey(grantedAt, id));
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
