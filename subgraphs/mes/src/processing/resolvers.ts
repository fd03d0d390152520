import type { Resolvers } from '../generated/graphql.ts';
import { processingOfOrder, processingOfReport } from './commands.ts';
import { effectOf } from './messages.ts';

export const resolvers: Resolvers = {
  ProductionReport: { processing: ({ id }, _args, context) => processingOfReport(id, context) },
  WorkOrder: { processing: ({ id }, _args, context) => processingOfOrder(id, context) },
  FailedStep: { effect: ({ step }, _args, { claims }) => effectOf(step, claims.language) },
};
