import { readPage, toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn, type RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { Resolvers } from '../generated/graphql.ts';
import { recordInspection, type CommandRefusal } from './commands.ts';
import type { Inspection, RecordRefusal } from './rules.ts';
import * as store from './store.ts';

export const resolvers: Resolvers = {
  Query: {
    inspection: (_, { id }, { loaders }) => loaders.inspection.load(id),
    inspections: (_, { filter, ...args }, { claims, db }) => {
      const page = readPage(args, 1);
      const { factoryId, status, type } = filter ?? {};
      if (factoryId != null && !claims.factoryIds.includes(factoryId))
        return toPage<Inspection>([], page.first, () => []);
      return store.page(db, page, {
        ...(factoryId != null && { factoryId }),
        ...(status != null && { status }),
        ...(type != null && { type }),
      });
    },
  },

  Mutation: {
    recordInspection: async (_, { input }, context) => {
      const decision = await recordInspection(input, context);
      return decision.ok
        ? { __typename: 'RecordInspectionPayload', inspection: decision.state }
        : { __typename: 'InspectionRefusal', ...refusalIn(context.claims.language, refusals, decision.refusal) };
    },
  },

  Inspection: {
    __resolveReference: ({ id }, { loaders }) => loaders.inspection.load(id),
    workOrder: ({ workOrderId }) => ({ id: workOrderId }),
    operation: ({ operationId }) => ({ id: operationId }),
  },

  // Whether the order exists is for MES to say; one that nobody inspected has an empty page.
  WorkOrder: {
    __resolveReference: ({ id }) => ({ id }),
    inspections: ({ id }, args, { loaders }) => loaders.inspectionsOfOrder(readPage(args, 1)).load(id),
  },
};

const refusals: RefusalMessages<RecordRefusal | CommandRefusal> = {
  NOT_FOUND: { en: 'There is no such inspection.', 'zh-CN': '没有该检验单。' },
  STALE_VERSION: {
    en: 'Someone else changed this inspection. Reload it and try again.',
    'zh-CN': '该检验单已被他人修改，请刷新后重试。',
  },
  ALREADY_COMPLETED: { en: 'This inspection has been recorded already.', 'zh-CN': '该检验单已录入结果。' },
  BAD_COUNT: {
    en: 'The sample must have at least 1 piece, and no more defective pieces than pieces.',
    'zh-CN': '抽样数至少为 1，且不合格数不能大于抽样数。',
  },
  FAIL_NEEDS_DEFECTS: {
    en: 'A failed inspection needs at least one defective piece.',
    'zh-CN': '判定不合格时，不合格数至少为 1。',
  },
  NOTE_TOO_LONG: { en: 'A note may have at most 2,000 characters.', 'zh-CN': '备注最多 2000 个字符。' },
};
