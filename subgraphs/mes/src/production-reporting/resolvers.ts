import { toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { ReportProductionInput, Resolvers } from '../generated/graphql.ts';
import { readTimePage, timeKey } from '../time-cursor.ts';
import { reportProductionBatch } from './batch.ts';
import { reportProduction, type ReportInput, type ReportOutcome } from './commands.ts';
import { correctedTotals, correctProductionReport } from './corrections.ts';
import { warnings } from './messages.ts';
import { productionReportRefusal } from './refusals.ts';
import { recordTimeEvent } from './time-events.ts';

function answerTo(context: Context, outcome: ReportOutcome) {
  if (!outcome.ok) return productionReportRefusal(context, outcome.refusal);
  const { report, awaiting, replayed } = outcome.state;
  return report
    ? { __typename: 'ReportProductionPayload' as const, report, warnings: [...report.warnings], replayed }
    : { __typename: 'ReportAwaitingApprovalPayload' as const, awaiting, replayed };
}

const inputOf = (input: ReportProductionInput): ReportInput => {
  const { goodQuantity = '0', scrapQuantity = '0', reworkQuantity = '0' } = input;
  return { ...input, goodQuantity, scrapQuantity, reworkQuantity };
};

export const resolvers: Resolvers = {
  Mutation: {
    reportProduction: async (_, { input }, context) =>
      answerTo(context, await reportProduction(inputOf(input), context)),
    reportProductionBatch: async (_, { input }, context) => {
      const decision = await reportProductionBatch(input.reports.map(inputOf), context);
      if (!decision.ok) return productionReportRefusal(context, decision.refusal);
      // An error in a list is the error of that place.
      const results = decision.state.map((outcome) =>
        outcome instanceof Error ? (outcome as unknown as null) : answerTo(context, outcome),
      );
      return { __typename: 'ReportProductionBatchPayload', results };
    },
    correctProductionReport: async (_, { input }, context) =>
      answerTo(context, await correctProductionReport(input, context)),
    recordTimeEvent: async (_, { input }, context) => {
      const decision = await recordTimeEvent(input, context);
      if (!decision.ok) return productionReportRefusal(context, decision.refusal);
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
    source: ({ counterTo }) => (counterTo === null ? 'TYPED' : 'COUNTER'),
    sentBackTo: ({ sentBackTo }, _args, { loaders }) => (sentBackTo ? loaders.operation.load(sentBackTo) : null),
    warnings: ({ warnings: rows }) => [...rows],
    correctionOf: ({ correctionOf }, _args, { loaders }) => (correctionOf ? loaders.report.load(correctionOf) : null),
    corrections: async ({ id, correctionOf }, _args, { loaders }) =>
      correctionOf === null ? [...(await loaders.correctionsOf.load(id))] : [],
    correctedTotals: (report, _args, context) => correctedTotals(report, context),
  },

  ReportWarning: {
    message: ({ code, limit, actual }, _args, { claims }) =>
      refusalIn(claims.language, warnings, code, { limit, actual }).message,
  },

  ReportAwaitingApproval: {
    workOrder: async ({ report }, _args, { loaders }) => (await loaders.workOrder.load(report.workOrderId))!,
    operation: async ({ report }, _args, { loaders }) => (await loaders.operation.load(report.operationId))!,
    station: ({ report }, _args, { loaders }) => (report.stationId ? loaders.station.load(report.stationId) : null),
    operatorId: ({ report }) => report.operatorId,
    reportedBy: ({ report }) => report.reportedBy,
    goodQuantity: ({ report }) => report.goodQuantity,
    scrapQuantity: ({ report }) => report.scrapQuantity,
    scrapReason: ({ report }) => report.scrapReason,
    reworkQuantity: ({ report }) => report.reworkQuantity,
    sentBackQuantity: ({ report }) => report.sentBackQuantity,
    startedAt: ({ report }) => report.startedAt,
    endedAt: ({ report }) => report.endedAt,
    correctionOf: ({ report }, _args, { loaders }) =>
      report.correctionOf ? loaders.report.load(report.correctionOf) : null,
    correctionReason: ({ report }) => report.correctionReason,
    report: ({ id, status }, _args, { loaders }) => (status === 'APPROVED' ? loaders.report.load(id) : null),
  },

  TimeEvent: {
    station: async ({ stationId }, _args, { loaders }) => (await loaders.station.load(stationId))!,
    operation: ({ operationId }, _args, { loaders }) => (operationId ? loaders.operation.load(operationId) : null),
  },
};
