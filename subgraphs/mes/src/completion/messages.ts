import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { FinishedGoodsReceiptRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<FinishedGoodsReceiptRefusalCode> = {
  NOT_FOUND: { en: 'There is no such receipt.', 'zh-CN': '入库建议不存在。' },
  STALE_VERSION: {
    en: 'Someone else changed this receipt. Reload it and try again.',
    'zh-CN': '入库建议已被他人修改，请刷新后重试。',
  },
  ALREADY_DECIDED: { en: 'This receipt has been decided on.', 'zh-CN': '该入库建议已处理。' },
  BAD_QUANTITY: { en: 'The quantity must be above zero.', 'zh-CN': '数量必须大于零。' },
  BAD_REASON: { en: 'A reason of 1 to 1,000 characters is needed.', 'zh-CN': '须填写 1 至 1,000 个字符的原因。' },
  LOCATION_NOT_FOUND: { en: 'Name a stock location of the plant.', 'zh-CN': '请指定该工厂的库位。' },
  MORE_THAN_MADE: {
    en: '{actual} are more than the {limit} good pieces that are not in stock yet.',
    'zh-CN': '{actual} 超过尚未入库的合格品数量 {limit}。',
  },
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
  REQUEST_ID_REUSED: { en: 'This request id was used for another request.', 'zh-CN': '该请求编号已用于其他请求。' },
};
