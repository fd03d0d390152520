import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { ShiftPatternRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<ShiftPatternRefusalCode> = {
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '工厂不存在。' },
  NO_SHIFTS: { en: 'A pattern has 1 to 6 shifts.', 'zh-CN': '一个班次方案须包含 1 至 6 个班次。' },
  BAD_NAME: {
    en: 'Each shift needs a name of its own, of at most 100 characters.',
    'zh-CN': '每个班次须有不同的名称，且不超过 100 个字符。',
  },
  BAD_TIME: { en: 'Times are written HH:MM, from 00:00 to 23:59.', 'zh-CN': '时间格式为 HH:MM，范围 00:00 至 23:59。' },
  OVERLAP: { en: 'Two of the shifts overlap.', 'zh-CN': '班次之间存在重叠。' },
};
