import { toPage } from '@enghub/subgraph-kit/pages';
import type { Resolvers } from '../generated/graphql.ts';
import { readTimePage, timeKey } from '../time-cursor.ts';
import { reportConflicts } from './commands.ts';

export const resolvers: Resolvers = {
  Query: {
    reportConflicts: async (_, { factoryId, filter, ...args }, context) => {
      const page = readTimePage(args);
      const rows = await reportConflicts({ factoryId, page, filter: filter ?? {} }, context);
      return rows && toPage(rows, page.first, ({ at, id }) => timeKey(at, id));
    },
  },

  WorkOrder: {
    conflicts: async ({ id }, args, { loaders }) => {
      const page = readTimePage(args);
      const rows = await loaders.conflictsOf(page).load(id);
      return toPage(rows, page.first, (conflict) => timeKey(conflict.at, conflict.id));
    },
  },

  ReportConflict: {
    workOrder: ({ workOrderId }, _args, { loaders }) => (workOrderId ? loaders.workOrder.load(workOrderId) : null),
    operation: ({ operationId }, _args, { loaders }) => (operationId ? loaders.operation.load(operationId) : null),
    station: ({ stationId }, _args, { loaders }) => (stationId ? loaders.station.load(stationId) : null),
    report: ({ reportId }, _args, { loaders }) => (reportId ? loaders.report.load(reportId) : null),
  },
};
