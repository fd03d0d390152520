import { isId } from '@enghub/subgraph-kit/ids';
import { toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { readTimePage, timeKey } from '../time-cursor.ts';
import * as store from './heard-store.ts';
import { messageOf, messages } from './messages.ts';
import * as standing from './standing-blockers.ts';
import { operationTransitions, orderTransitions } from './transitions.ts';

const answer = (decision: standing.Outcome, { claims }: Context) =>
  decision.ok
    ? { __typename: 'BlockerPayload' as const, ...decision.state }
    : { __typename: 'BlockerRefusal' as const, ...refusalIn(claims.language, messages, decision.refusal) };

export const resolvers: Resolvers = {
  Query: {
    blockers: async (_, { factoryId, ...args }, { db, loaders }) => {
      const page = readTimePage(args);
      if (!(await loaders.factory.load(factoryId))) return null;
      const rows = await store.pageOfBlockers(db, factoryId, page);
      return toPage(rows, page.first, ({ since, id }) => timeKey(since, id));
    },
  },

  Mutation: {
    placeBlocker: async (_, { input }, context) => answer(await standing.placeBlocker(input, context), context),
    liftBlocker: async (_, { input }, context) => answer(await standing.liftBlocker(input, context), context),
  },

  WorkOrder: { transitions: (order, _args, context) => orderTransitions(order, context) },

  WorkOrderOperation: {
    transitions: (operation, { operatorId, stationId }, context) =>
      stationId != null && !isId(stationId)
        ? null
        : operationTransitions(
            operation,
            { operatorId: operatorId ?? context.claims.userId, stationId: stationId ?? null },
            context,
          ),
  },

  Blocker: { message: (blocker, _args, { claims }) => messageOf(claims.language, blocker) },
  StandingBlocker: {
    message: (blocker, _args, { claims }) => messageOf(claims.language, standing.asBlocker(blocker)),
  },
};
