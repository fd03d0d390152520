import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { ReportApprovalRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<ReportApprovalRefusalCode> = {
  NOT_FOUND: { en: 'There is no such report waiting for approval.', 'zh-CN': '没有该待审批报工。' },
  STALE_VERSION: { en: 'Somebody else changed it in the meantime.', 'zh-CN': '他人已在此期间更改。' },
  ALREADY_DECIDED: { en: 'It has been approved or declined before.', 'zh-CN': '该报工已审批或已拒绝。' },
  FOUR_EYES: { en: 'Somebody other than the reporter has to decide.', 'zh-CN': '须由报工人以外的人审批。' },
  BAD_REASON: { en: 'Give a reason of at most 1,000 characters.', 'zh-CN': '请填写原因，且不超过 1,000 个字符。' },
  REPORT_REFUSED: { en: 'The report cannot count now.', 'zh-CN': '该报工目前不能计数。' },
};
