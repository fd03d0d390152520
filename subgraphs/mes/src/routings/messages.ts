import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { RoutingRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<RoutingRefusalCode> = {
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '工厂不存在。' },
  STATION_NOT_FOUND: { en: 'The plant has no station with this code.', 'zh-CN': '该工厂没有此代码的工位。' },
  NO_OPERATIONS: { en: 'A routing has 1 to 100 operations.', 'zh-CN': '工艺路线须包含 1 至 100 道工序。' },
  BAD_SEQUENCE: {
    en: 'Each operation needs a sequence of its own, from 1 on.',
    'zh-CN': '每道工序须有不重复且不小于 1 的序号。',
  },
  BAD_NAME: { en: 'Codes and names have 1 to 100 characters.', 'zh-CN': '代码和名称须为 1 至 100 个字符。' },
  NEGATIVE_TIME: { en: 'A standard time cannot be negative.', 'zh-CN': '标准工时不能为负数。' },
};
