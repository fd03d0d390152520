import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { DispatchRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<DispatchRefusalCode> = {
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
  REQUEST_ID_REUSED: {
    en: 'This request id was used for another request.',
    'zh-CN': '该请求编号已用于其他请求。',
  },
  OPERATION_NOT_FOUND: { en: 'There is no such operation.', 'zh-CN': '工序不存在。' },
  STATION_NOT_FOUND: { en: 'There is no such station in this plant.', 'zh-CN': '该工厂没有此工位。' },
  STATION_RETIRED: { en: 'The station is retired and gets no new work.', 'zh-CN': '该工位已停用，不再接受新作业。' },
  WRONG_EQUIPMENT_CLASS: {
    en: 'This station is not of the equipment class that the operation needs.',
    'zh-CN': '该工位的设备类别不符合工序要求。',
  },
  BAD_OPERATOR: {
    en: 'An operator has an id of 1 to 100 characters; a machine works without one.',
    'zh-CN': '操作员编号须为 1 至 100 个字符；机器作业不填操作员。',
  },
  STALE_VERSION: {
    en: 'Someone else changed this operation. Reload it and try again.',
    'zh-CN': '工序已被他人修改，请刷新后重试。',
  },
  ORDER_NOT_RUNNING: { en: 'The state of the work order does not allow this.', 'zh-CN': '工单当前状态不允许此操作。' },
  ILLEGAL_TRANSITION: { en: 'The state of the operation does not allow this.', 'zh-CN': '工序当前状态不允许此操作。' },
  BLOCKED: { en: 'Something is in the way.', 'zh-CN': '存在阻碍，无法执行。' },
  ALREADY_RUNNING: { en: 'This job runs already.', 'zh-CN': '该作业已在进行中。' },
  NOT_RUNNING: { en: 'The operator is not on this operation.', 'zh-CN': '该操作员未在此工序上作业。' },
  JOBS_RUNNING: {
    en: 'Jobs run on this operation; pause it first.',
    'zh-CN': '该工序有作业正在进行，请先暂停。',
  },
  BAD_INTERVAL: { en: 'The planned end must be after the planned start.', 'zh-CN': '计划结束时间须晚于计划开始时间。' },
  REASON_REQUIRED: { en: 'Say why, in 1 to 1,000 characters.', 'zh-CN': '请填写原因，1 至 1000 个字符。' },
};
