import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { OperationChangeRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<OperationChangeRefusalCode> = {
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
  REQUEST_ID_REUSED: {
    en: 'This request id was used for another request.',
    'zh-CN': '该请求编号已用于其他请求。',
  },
  NOT_FOUND: { en: 'There is no such work order.', 'zh-CN': '工单不存在。' },
  OPERATION_NOT_FOUND: { en: 'The work order has no such operation.', 'zh-CN': '工单没有该工序。' },
  STALE_VERSION: {
    en: 'Someone else changed this work order. Reload it and try again.',
    'zh-CN': '工单已被他人修改，请刷新后重试。',
  },
  REASON_REQUIRED: { en: 'A reason of 1 to 1,000 characters is needed.', 'zh-CN': '必须填写 1 至 1000 个字符的原因。' },
  STATION_NOT_FOUND: { en: 'The plant has no station with this code.', 'zh-CN': '该工厂没有此代码的工位。' },
  STATION_RETIRED: { en: 'The station is retired and gets no new work.', 'zh-CN': '该工位已停用，不再接受新作业。' },
  BLOCKED: { en: 'Something is in the way; see the blockers.', 'zh-CN': '存在阻碍因素，详见阻碍列表。' },
  ORDER_NOT_RUNNING: {
    en: 'Operations are changed between the release of the order and its completion.',
    'zh-CN': '仅在工单下达后、完工前可以更改工序。',
  },
  OPERATION_BEGUN: {
    en: 'The operation has been begun; finish it instead.',
    'zh-CN': '该工序已开工，请改为结束工序。',
  },
  OPERATION_SKIPPED: { en: 'The operation was skipped.', 'zh-CN': '该工序已被跳过。' },
  CARRIED_PIECES: {
    en: 'Pieces that came with a back-order, or left with one, wait at this operation.',
    'zh-CN': '该工序存在随补单转入或转出的数量，不能跳过。',
  },
  PARALLEL_OPERATION_BEHIND: {
    en: 'An operation beside the new last one has made fewer pieces; its pieces would count as finished without it.',
    'zh-CN': '与新的末道工序并行的工序完成数量较少，跳过后未经该工序的产品会被视为完工。',
  },
  ONLY_OPERATION: { en: 'The order needs at least one operation.', 'zh-CN': '工单至少须有一道工序。' },
  BAD_PLACE: {
    en: 'An operation is repeated after it was done, not before.',
    'zh-CN': '重复的工序只能排在原工序之后。',
  },
  NO_ROOM: {
    en: 'There is no number left between this operation and the next one.',
    'zh-CN': '该工序与下一工序之间没有可用的顺序号。',
  },
  ALL_PASSED: {
    en: 'All pieces have gone on already; none is left for a new operation here.',
    'zh-CN': '所有产品均已通过此处，新增工序没有可加工的数量。',
  },
  TOO_MANY: { en: 'An order has at most 200 operations.', 'zh-CN': '一张工单最多 200 道工序。' },
  BAD_NAME: {
    en: 'Names, classes and skills have 1 to 100 characters; at most 20 skills.',
    'zh-CN': '名称、设备类别和技能须为 1 至 100 个字符，技能最多 20 项。',
  },
  NEGATIVE_TIME: { en: 'A time cannot be below zero.', 'zh-CN': '时间不能为负数。' },
  BAD_BATCH: {
    en: 'A time per batch needs a batch quantity above zero, and stands in place of the time per piece.',
    'zh-CN': '批次工时须配合大于零的批量，且不能与单件工时同时使用。',
  },
};
