import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { ShiftPatternRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<ShiftPatternRefusalCode> = {
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '工厂不存在。' },
  NO_SHIFTS: {
    en: 'There are 1 to 6 shifts on a day, and none on a holiday.',
    'zh-CN': '每天须有 1 至 6 个班次，节假日则不能有班次。',
  },
  BAD_NAME: {
    en: 'Each shift needs a name of its own, of at most 100 characters.',
    'zh-CN': '每个班次须有不同的名称，且不超过 100 个字符。',
  },
  BAD_TIME: { en: 'Times are written HH:MM, from 00:00 to 23:59.', 'zh-CN': '时间格式为 HH:MM，范围 00:00 至 23:59。' },
  BAD_DAYS: {
    en: 'Weekdays go from 1 (Monday) to 7, a cycle has 2 to 56 days, and cycle days lie within it.',
    'zh-CN': '星期取值为 1（星期一）至 7，周期为 2 至 56 天，周期日须在周期之内。',
  },
  OVERLAP: { en: 'Two of the shifts overlap.', 'zh-CN': '班次之间存在重叠。' },
  BAD_DATES: {
    en: 'The last day must not be before the first, and at most a year after it.',
    'zh-CN': '结束日期不能早于开始日期，且不超过一年。',
  },
  EXCEPTION_OVERLAP: {
    en: 'It collides with another exception of the calendar: {other}.',
    'zh-CN': '与日历中的另一个例外冲突：{other}。',
  },
  EXCEPTION_NOT_FOUND: { en: 'There is no such exception.', 'zh-CN': '该日历例外不存在。' },
};
