import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { DeadLetterRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<DeadLetterRefusalCode> = {
  LETTER_NOT_FOUND: { en: 'There is no such dead letter.', 'zh-CN': '该死信不存在。' },
  BAD_REASON: { en: 'A reason has 1 to 1,000 characters.', 'zh-CN': '原因须为 1 至 1,000 个字符。' },
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
  REQUEST_ID_REUSED: { en: 'This request id was used for another request.', 'zh-CN': '该请求编号已用于其他请求。' },
};
