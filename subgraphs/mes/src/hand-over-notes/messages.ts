import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { HandOverNoteRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<HandOverNoteRefusalCode> = {
  PLACE_NOT_FOUND: {
    en: 'Name one station or one line that exists.',
    'zh-CN': '请指定一个存在的工位或一条存在的生产线。',
  },
  NO_SUCH_SHIFT: { en: 'The plant has no such shift on that day.', 'zh-CN': '工厂当天没有该班次。' },
  BAD_TEXT: { en: 'A note has 1 to 1,000 characters.', 'zh-CN': '交接备注须为 1 至 1,000 个字符。' },
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
  REQUEST_ID_REUSED: { en: 'This request id was used for another request.', 'zh-CN': '该请求编号已用于其他请求。' },
};
