import { toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { ReportApprovalRefusalCode, Resolvers } from '../generated/graphql.ts';
import { productionReportRefusal } from '../production-reporting/commands.ts';
import { readTimePage, timeKey } from '../time-cursor.ts';
import { approveReport, declineReport, reportsAwaitingApproval } from './commands.ts';
import { messages } from './messages.ts';

const refusal = ({ claims }: Context, { code }: { code: ReportApprovalRefusalCode }) => ({
  __typename: 'ReportApprovalRefusal' as const,
  ...refusalIn(claims.language, messages, code),
  cause: null,
});

export const resolvers: Resolvers = {
  Query: {
    reportsAwaitingApproval: async (_, { factoryId, status, ...args }, context) => {
      const page = readTimePage(args);
      const rows = await reportsAwaitingApproval({ factoryId, status, page }, context);
      return rows && toPage(rows, page.first, ({ createdAt, id }) => timeKey(createdAt, id));
    },
  },

  Mutation: {
    approveReport: async (_, { input }, context) => {
      const decision = await approveReport(input, context);
      if (decision.ok) return { __typename: 'ApproveReportPayload', ...decision.state };
      if (!('report' in decision.refusal)) return refusal(context, decision.refusal);
      const cause = productionReportRefusal(context, decision.refusal.report);
      return { ...refusal(context, { code: 'REPORT_REFUSED' }), cause };
    },
    declineReport: async (_, { input }, context) => {
      const decision = await declineReport(input, context);
      return decision.ok
        ? { __typename: 'DeclineReportPayload', ...decision.state }
        : refusal(context, decision.refusal);
    },
  },
};
