import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { QualificationRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<QualificationRefusalCode> = {
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '工厂不存在。' },
  QUALIFICATION_NOT_FOUND: { en: 'There is no such qualification.', 'zh-CN': '资质不存在。' },
  ALREADY_REVOKED: { en: 'The qualification was revoked before.', 'zh-CN': '该资质已被撤销。' },
  BAD_OPERATOR: { en: "The operator's id has 1 to 100 characters.", 'zh-CN': '操作员编号须为 1 至 100 个字符。' },
  BAD_SKILL: { en: 'A skill has 1 to 100 characters.', 'zh-CN': '技能名称须为 1 至 100 个字符。' },
  BAD_PERIOD: { en: 'The last day must come after the first.', 'zh-CN': '截止日期须晚于开始日期。' },
  BAD_REASON: { en: 'A reason has 1 to 1,000 characters.', 'zh-CN': '原因须为 1 至 1000 个字符。' },
  REQUEST_ID_REUSED: {
    en: 'This request id was used for another request.',
    'zh-CN': '该请求编号已用于其他请求。',
  },
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
};
