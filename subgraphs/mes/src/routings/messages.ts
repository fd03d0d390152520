import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { RoutingRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<RoutingRefusalCode> = {
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '工厂不存在。' },
  STATION_NOT_FOUND: { en: 'The plant has no station with this code.', 'zh-CN': '该工厂没有此代码的工位。' },
  STATION_RETIRED: { en: 'A station of the routing is retired.', 'zh-CN': '工艺路线中有已停用的工位。' },
  ROUTING_NOT_FOUND: { en: 'The plant has no routing with this code.', 'zh-CN': '该工厂没有此代码的工艺路线。' },
  NO_OPERATIONS: { en: 'A routing has 1 to 100 operations.', 'zh-CN': '工艺路线须包含 1 至 100 道工序。' },
  BAD_SEQUENCE: {
    en: 'Each operation needs a sequence of its own, from 1 on.',
    'zh-CN': '每道工序须有不重复且不小于 1 的序号。',
  },
  BAD_NAME: { en: 'Codes and names have 1 to 100 characters.', 'zh-CN': '代码和名称须为 1 至 100 个字符。' },
  NEGATIVE_TIME: { en: 'A standard time cannot be negative.', 'zh-CN': '标准工时不能为负数。' },
  BAD_BATCH: {
    en: 'A time per batch needs the quantity of a batch, and takes the place of the time per piece.',
    'zh-CN': '批次工时须同时给出批量，且不能与单件工时并用。',
  },
  BAD_QUANTITY: {
    en: 'The quantity of a batch or transfer must be above zero.',
    'zh-CN': '批量和转移数量须大于零。',
  },
  TOO_MANY: {
    en: 'An operation has at most 20 skills and 200 materials.',
    'zh-CN': '每道工序最多可有 20 项技能和 200 种物料。',
  },
  BAD_DEPENDENCY: {
    en: 'The dependencies of these operations name one that does not exist, run in a circle or do not lead to the last operation: {sequences}.',
    'zh-CN': '以下工序的依赖关系引用了不存在的工序、形成循环，或未通向最后一道工序：{sequences}。',
  },
};
