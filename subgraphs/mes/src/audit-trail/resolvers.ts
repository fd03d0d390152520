import { toPage } from '@enghub/subgraph-kit/pages';
import type { Resolvers } from '../generated/graphql.ts';
import { readTimePage, timeKey } from '../time-cursor.ts';
import { changesOf } from './commands.ts';
import * as store from './store.ts';

export const resolvers: Resolvers = {
  Query: {
    auditTrail: async (_, args, { db }) => {
      const page = readTimePage(args);
      const rows = await store.pageOfEntries(db, args, page);
      return toPage(rows, page.first, ({ at, id }) => timeKey(at, id));
    },
  },

  AuditEntry: {
    changes: (entry) => changesOf(entry),
  },
};
