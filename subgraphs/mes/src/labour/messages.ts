import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { LabourRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<LabourRefusalCode> = {
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
  REQUEST_ID_REUSED: {
    en: 'This request id was used for another request.',
    'zh-CN': '该请求编号已用于其他请求。',
  },
  OPERATION_NOT_FOUND: { en: 'There is no such operation.', 'zh-CN': '工序不存在。' },
  STATION_NOT_FOUND: { en: 'There is no such station in this plant.', 'zh-CN': '该工厂没有此工位。' },
  STATION_RETIRED: { en: 'The station was retired before this time ended.', 'zh-CN': '该工位在此时段结束前已停用。' },
  JOB_NOT_FOUND: { en: 'There is no such job.', 'zh-CN': '作业记录不存在。' },
  BAD_OPERATOR: {
    en: 'An operator has an id of 1 to 100 characters; a machine works without one.',
    'zh-CN': '操作员编号须为 1 至 100 个字符；机器作业不填操作员。',
  },
  BAD_INTERVAL: {
    en: 'The end must be after the start and at most seven days later.',
    'zh-CN': '结束时间须晚于开始时间，且间隔不超过七天。',
  },
  IN_THE_FUTURE: { en: 'This time has not passed yet.', 'zh-CN': '时间不能晚于当前时间。' },
  TOO_OLD: { en: 'This was more than twenty years ago.', 'zh-CN': '时间早于二十年前。' },
  ORDER_NOT_OPEN: {
    en: 'The work order is not on the floor, or its books are closed.',
    'zh-CN': '工单尚未下达、已取消或已关闭。',
  },
  OPERATION_SKIPPED: { en: 'The operation is skipped.', 'zh-CN': '该工序已跳过。' },
  ALREADY_VOIDED: { en: 'This job was voided before.', 'zh-CN': '该作业记录已作废。' },
  REASON_REQUIRED: { en: 'Say why, in 1 to 1,000 characters.', 'zh-CN': '请填写原因，1 至 1000 个字符。' },
};
