import { refusalIn, type RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { Resolvers } from '../generated/graphql.ts';
import { defineInspectionPlan, type CommandRefusal } from './commands.ts';
import type { PlanRefusal } from './rules.ts';
import * as store from './store.ts';

export const resolvers: Resolvers = {
  Query: {
    inspectionPlans: (_, { factoryId }, { claims, db }) =>
      claims.factoryIds.includes(factoryId) ? store.plansOf(db, factoryId) : null,
  },

  Mutation: {
    defineInspectionPlan: async (_, { input }, context) => {
      const decision = await defineInspectionPlan(input, context);
      return decision.ok
        ? { __typename: 'DefineInspectionPlanPayload', inspectionPlan: decision.state }
        : { __typename: 'InspectionPlanRefusal', ...refusalIn(context.claims.language, refusals, decision.refusal) };
    },
  },

  InspectionPlan: {
    __resolveReference: ({ id }, { loaders }) => loaders.inspectionPlan.load(id),
  },
};

const refusals: RefusalMessages<PlanRefusal | CommandRefusal> = {
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '没有该工厂。' },
  BAD_INTERVAL: {
    en: 'Say after how many pieces an inspection is due; the number must be above zero.',
    'zh-CN': '请填写每隔多少件检验一次，数量必须大于零。',
  },
  BAD_NAME: {
    en: 'A name must have 1 to 100 readable characters.',
    'zh-CN': '名称须为 1 至 100 个可显示的字符。',
  },
};
