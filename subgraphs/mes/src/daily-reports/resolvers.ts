import { toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Resolvers } from '../generated/graphql.ts';
import { readDailyReport, readRowPage, rebuildDailyReport } from './commands.ts';
import { messages } from './messages.ts';
import * as store from './store.ts';

export const resolvers: Resolvers = {
  Query: {
    dailyReport: (_, { factoryId, from, to, groupBy }, context) =>
      readDailyReport({ factoryId, from, to, groupBy }, context),
  },

  Mutation: {
    rebuildDailyReport: async (_, { input }, context) => {
      const decision = await rebuildDailyReport(input, context);
      return decision.ok
        ? { __typename: 'RebuildDailyReportPayload', dailyReport: decision.state }
        : { __typename: 'DailyReportRefusal', ...refusalIn(context.claims.language, messages, decision.refusal) };
    },
  },

  DailyReport: {
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
    rows: async (report, { first, after }, { readDb }) => {
      const page = readRowPage({ first, after: after ?? null });
      const rows = await store.pageOfRows(readDb, report, page);
      return toPage(rows, page.first, (row) => store.keyOf(report, row));
    },
    totals: (report, _args, { readDb }) => store.totalsOf(readDb, report),
  },

  DailyReportRow: {
    line: ({ lineId }, _args, { loaders }) => (lineId ? loaders.line.load(lineId) : null),
    station: ({ stationId }, _args, { loaders }) => (stationId ? loaders.station.load(stationId) : null),
    product: ({ productId }) => (productId ? { id: productId } : null),
  },
};
