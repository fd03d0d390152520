import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { DailyReportRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<DailyReportRefusalCode> = {
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '工厂不存在。' },
  BAD_RANGE: {
    en: 'Name 1 to 31 days, the first one first.',
    'zh-CN': '请指定 1 至 31 天，且起始日期不晚于结束日期。',
  },
};
