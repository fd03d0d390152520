import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { CostingRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<CostingRefusalCode> = {
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '工厂不存在。' },
  STATION_NOT_FOUND: {
    en: 'The plant has no station with one of these codes.',
    'zh-CN': '该工厂没有其中某个代码的工位。',
  },
  BAD_CURRENCY: {
    en: 'The currency must be a code of ISO 4217 such as CNY.',
    'zh-CN': '币种必须是 ISO 4217 代码，例如 CNY。',
  },
  BAD_RATE: { en: 'Rates and costs cannot be below zero.', 'zh-CN': '费率和成本不能小于零。' },
  BAD_NAME: {
    en: 'The source, skills, materials and units have 1 to 100 characters.',
    'zh-CN': '来源、技能、物料和单位须为 1 至 100 个字符。',
  },
  GIVEN_TWICE: { en: 'A skill, station or material is given twice.', 'zh-CN': '某个技能、工位或物料重复。' },
  TOO_MANY: { en: 'At most 5,000 of each kind.', 'zh-CN': '每类最多 5,000 条。' },
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
  REQUEST_ID_REUSED: { en: 'This request id was used for another request.', 'zh-CN': '该请求编号已用于其他请求。' },
  NOT_FOUND: { en: 'There is no such work order.', 'zh-CN': '工单不存在。' },
  NOT_COMPLETED: {
    en: 'The cost of an order that goes on is computed whenever it is read.',
    'zh-CN': '未完工工单的成本在每次读取时计算。',
  },
  NO_RATES: { en: 'The plant had no cost rates on the day of completion.', 'zh-CN': '完工当天该工厂没有成本费率。' },
};
