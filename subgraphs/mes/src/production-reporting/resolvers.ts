import { toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { ProductionReportRefusalCode, Resolvers } from '../generated/graphql.ts';
import { readTimePage, timeKey } from '../time-cursor.ts';
import { reportProduction } from './commands.ts';
import { messages } from './messages.ts';
import { recordTimeEvent } from './time-events.ts';

type Refused = { code: ProductionReportRefusalCode; limit?: string; actual?: string };

function refusal({ claims }: Context, { code, limit, actual }: Refused) {
  const details = { ...(limit ? { limit } : {}), ...(actual ? { actual } : {}) };
  return {
    __typename: 'ProductionReportRefusal' as const,
    ...refusalIn(claims.language, messages, code, details),
    limit: limit ?? null,
    actual: actual ?? null,
  };
}

export const resolvers: Resolvers = {
  Mutation: {
    reportProduction: async (_, { input }, context) => {
      const { goodQuantity = '0', scrapQuantity = '0', reworkQuantity = '0' } = input;
      const decision = await reportProduction({ ...input, goodQuantity, scrapQuantity, reworkQuantity }, context);
      return decision.ok
        ? { __typename: 'ReportProductionPayload', ...decision.state }
        : refusal(context, decision.refusal);
    },
    recordTimeEvent: async (_, { input }, context) => {
      const decision = await recordTimeEvent(input, context);
      if (!decision.ok) return refusal(context, decision.refusal);
      const { event, replayed } = decision.state;
      return { __typename: 'RecordTimeEventPayload', timeEvent: event, replayed };
    },
  },

  WorkOrder: {
    reports: async ({ id }, args, { loaders }) => {
      const page = readTimePage(args);
      const rows = await loaders.reportsOf(page).load(id);
      return toPage(rows, page.first, (report) => timeKey(report.endedAt, report.id));
    },
  },

  ProductionReport: {
    __resolveReference: ({ id }, { loaders }) => loaders.report.load(id),
    workOrder: async ({ workOrderId }, _args, { loaders }) => (await loaders.workOrder.load(workOrderId))!,
    operation: async ({ operationId }, _args, { loaders }) => (await loaders.operation.load(operationId))!,
    station: ({ stationId }, _args, { loaders }) => (stationId ? loaders.station.load(stationId) : null),
  },

  TimeEvent: {
    station: async ({ stationId }, _args, { loaders }) => (await loaders.station.load(stationId))!,
    operation: ({ operationId }, _args, { loaders }) => (operationId ? loaders.operation.load(operationId) : null),
  },
};
