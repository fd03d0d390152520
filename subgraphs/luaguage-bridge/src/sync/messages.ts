import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { SyncRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<SyncRefusalCode> = {
  NOT_FOUND: { en: 'There is no such record.', 'zh-CN': '记录不存在。' },
  NOT_RETRIED_BY_HAND: {
    en: 'Records of this kind are asked for again whenever somebody needs them.',
    'zh-CN': '此类记录会在需要时自动重新查询，无需手动重试。',
  },
  ERP_UNAVAILABLE: {
    en: 'The ERP (luaguage) gives no usable answer. Try again later.',
    'zh-CN': 'ERP（luaguage）未给出可用的答复，请稍后重试。',
  },
  REQUEST_ID_REUSED: { en: 'This request id was used for another request.', 'zh-CN': '该请求编号已用于其他请求。' },
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
};
