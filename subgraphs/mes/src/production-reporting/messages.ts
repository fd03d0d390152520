import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { ProductionReportRefusalCode, ReportWarningCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<ProductionReportRefusalCode> = {
  OPERATION_NOT_FOUND: { en: 'There is no such operation.', 'zh-CN': '工序不存在。' },
  STATION_NOT_FOUND: { en: "The order's plant has no such station.", 'zh-CN': '工单所属工厂没有该工位。' },
  STATION_RETIRED: { en: 'The station was retired before this time ended.', 'zh-CN': '该工位在此时段结束前已停用。' },
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
  MORE_THAN_PREDECESSOR: {
    en: 'The operations before have made {limit} pieces; with this report {actual} would have been used.',
    'zh-CN': '前道工序可用数量为 {limit}，本次报工后将使用 {actual}。',
  },
  SUCCESSOR_USED_MORE: {
    en: 'Only {limit} pieces would remain, but {actual} have already been worked on.',
    'zh-CN': '更正后仅剩 {limit}，但已有 {actual} 被后续使用。',
  },
  OPERATION_FINISHED: { en: 'The operation is finished.', 'zh-CN': '工序已完成。' },
  OPERATION_SKIPPED: { en: 'The operation is skipped on this order.', 'zh-CN': '该工单已跳过此工序。' },
  STATION_OVERLAP: {
    en: 'The station can run {limit} jobs at one time; with this report it would be {actual}.',
    'zh-CN': '该工位同时最多可进行 {limit} 项作业，本次报工后将为 {actual} 项。',
  },
  SENT_BACK_NEEDS_OPERATION: { en: 'Say which operation the pieces go back to.', 'zh-CN': '请指定退回的工序。' },
  WRONG_SENT_BACK_OPERATION: {
    en: 'Pieces go back to an operation that they come from and that is not finished or skipped.',
    'zh-CN': '只能退回到这些工件所经过的、未完成且未跳过的前道工序。',
  },
  BAD_READING: {
    en: 'A counter needs its reading afterwards and a station, readings of zero or more, and no typed good quantity.',
    'zh-CN': '计数器报工须提供结束读数和工位，读数不能为负，且不能同时填写合格数量。',
  },
  NO_FIRST_READING: {
    en: 'No earlier reading of this counter is known: give the reading before, too.',
    'zh-CN': '没有该计数器的先前读数，请提供起始读数。',
  },
  READING_OUT_OF_ORDER: {
    en: 'A later reading of this counter has been counted: these pieces are in it.',
    'zh-CN': '已按该计数器较晚的读数计数，这些数量已包含在内。',
  },
  REPORT_NOT_FOUND: { en: 'There is no such report.', 'zh-CN': '报工记录不存在。' },
  BOOKS_CLOSED: {
    en: 'The order is closed: its reports are corrected no more.',
    'zh-CN': '工单已关闭，不能再更正报工。',
  },
  CORRECTION_NEEDS_REASON: {
    en: 'A correction needs a reason of at most 1,000 characters.',
    'zh-CN': '更正须填写原因，且不超过 1,000 个字符。',
  },
  NOTHING_CHANGED: { en: 'The report already has these quantities.', 'zh-CN': '报工数量没有变化。' },
  SCRAP_REASON_IS_FIXED: {
    en: 'The report has scrap of another reason: take it back, and report anew.',
    'zh-CN': '该报工已有其他报废原因，请先撤回再重新报工。',
  },
  STALE_VERSION: { en: 'The report has been corrected since you read it.', 'zh-CN': '该报工在您读取后已被更正。' },
  TOO_MANY_REPORTS: {
    en: 'A batch has at most {limit} rows; this one has {actual}.',
    'zh-CN': '每批最多 {limit} 行，本批有 {actual} 行。',
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

export const warnings: RefusalMessages<ReportWarningCode> = {
  OVER_LIMIT: {
    en: 'The operation should have {limit} good pieces at most; now it has {actual}.',
    'zh-CN': '该工序合格数量上限为 {limit}，现为 {actual}。',
  },
  MORE_THAN_PREDECESSOR: {
    en: 'The operations before have made {limit} pieces; now {actual} have been used.',
    'zh-CN': '前道工序可用数量为 {limit}，现已使用 {actual}。',
  },
  SUCCESSOR_USED_MORE: {
    en: 'Only {limit} pieces remain, but {actual} have already been worked on.',
    'zh-CN': '仅剩 {limit}，但已有 {actual} 被后续使用。',
  },
  OVERLAPPING_TIME: {
    en: 'The station can run {limit} jobs at one time; {actual} are reported.',
    'zh-CN': '该工位同时最多可进行 {limit} 项作业，已报 {actual} 项。',
  },
  OVER_CAPACITY: {
    en: 'The station can make {limit} pieces in that time; {actual} are reported.',
    'zh-CN': '该工位在此时间内最多可生产 {limit}，已报 {actual}。',
  },
};
