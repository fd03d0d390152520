import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { ProductionReportRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<ProductionReportRefusalCode> = {
  OPERATION_NOT_FOUND: { en: 'There is no such operation.', 'zh-CN': '工序不存在。' },
  STATION_NOT_FOUND: { en: "The order's plant has no such station.", 'zh-CN': '工单所属工厂没有该工位。' },
  ORDER_NOT_IN_PROGRESS: { en: 'The work order is not in progress.', 'zh-CN': '工单不在生产中。' },
  ORDER_ON_HOLD: { en: 'The work order is on hold.', 'zh-CN': '工单已暂停。' },
  NEGATIVE_QUANTITY: { en: 'A quantity cannot be below zero.', 'zh-CN': '数量不能为负数。' },
  NOTHING_REPORTED: {
    en: 'Report at least one good, scrapped or reworked piece.',
    'zh-CN': '请至少报告一件合格、报废或返工数量。',
  },
  SCRAP_NEEDS_REASON: {
    en: 'Scrap needs a reason of at most 100 characters.',
    'zh-CN': '报废须填写原因，且不超过 100 个字符。',
  },
  OVER_LIMIT: {
    en: 'The operation may have {limit} good pieces at most; with this report it would have {actual}.',
    'zh-CN': '该工序合格数量上限为 {limit}，本次报工后将达到 {actual}。',
  },
  BAD_INTERVAL: {
    en: 'The work must end after it starts and last at most 7 days.',
    'zh-CN': '结束时间须晚于开始时间，且时长不超过 7 天。',
  },
  IN_THE_FUTURE: { en: 'The work ends in the future.', 'zh-CN': '结束时间在未来。' },
  TOO_OLD: { en: 'The work ended more than 20 years ago.', 'zh-CN': '结束时间早于 20 年前。' },
  NO_SHIFT: { en: 'The plant has no shift at that time.', 'zh-CN': '该时间工厂没有排班。' },
  NEEDS_OPERATION: { en: 'Set-up and running time need an operation.', 'zh-CN': '准备和作业时间须指定工序。' },
  BAD_OPERATOR: { en: "The operator's id has 1 to 100 characters.", 'zh-CN': '操作员编号须为 1 至 100 个字符。' },
  REQUEST_ID_REUSED: {
    en: 'This request id was used for another request.',
    'zh-CN': '该请求编号已用于其他请求。',
  },
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
};
