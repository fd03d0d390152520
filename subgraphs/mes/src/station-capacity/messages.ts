import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { StationCapacityRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<StationCapacityRefusalCode> = {
  STATION_NOT_FOUND: { en: 'There is no such station.', 'zh-CN': '工位不存在。' },
  STATION_RETIRED: { en: 'The station is retired and gets no new work.', 'zh-CN': '该工位已停用，不再接受新作业。' },
  BAD_NAME: { en: 'The name of a shift has 1 to 100 characters.', 'zh-CN': '班次名称须为 1 至 100 个字符。' },
  OUT_OF_RANGE: {
    en: 'A station runs 0 to 1,000 jobs at once, at an efficiency above 0 and up to 200 percent.',
    'zh-CN': '工位可同时运行 0 至 1000 个作业，效率须大于 0 且不超过 200%。',
  },
};
