import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { PlantPolicyRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<PlantPolicyRefusalCode> = {
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '工厂不存在。' },
  STALE_VERSION: {
    en: 'Someone else changed the policies. Reload them and try again.',
    'zh-CN': '策略已被他人修改，请刷新后重试。',
  },
  BAD_QUANTITY: { en: 'The quantity cannot be below zero.', 'zh-CN': '数量不能小于零。' },
  BAD_LOT_PATTERN: {
    en: 'The pattern for lot numbers is not valid: it needs {seq:n} or {order}, and a day needs its month and year.',
    'zh-CN': '批号规则无效：须包含 {seq:n} 或 {order}，且使用日时须同时使用月和年。',
  },
};
