import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { ShiftTargetRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<ShiftTargetRefusalCode> = {
  PLACE_NOT_FOUND: {
    en: 'Name one station or one line that exists.',
    'zh-CN': '请指定一个存在的工位或一条存在的生产线。',
  },
  STATION_RETIRED: { en: 'The station is retired and gets no new targets.', 'zh-CN': '该工位已停用，不能再设定目标。' },
  NO_SUCH_SHIFT: { en: 'The plant has no such shift on that day.', 'zh-CN': '工厂当天没有该班次。' },
  BAD_QUANTITY: { en: 'The target must be above zero.', 'zh-CN': '目标数量必须大于零。' },
};
