import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { WorkOrderRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<WorkOrderRefusalCode> = {
  NOT_FOUND: { en: 'There is no such work order.', 'zh-CN': '工单不存在。' },
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '工厂不存在。' },
  ROUTING_NOT_FOUND: { en: 'The plant has no routing with this code.', 'zh-CN': '该工厂没有此代码的工艺路线。' },
  STALE_VERSION: {
    en: 'Someone else changed this work order. Reload it and try again.',
    'zh-CN': '工单已被他人修改，请刷新后重试。',
  },
  ILLEGAL_TRANSITION: {
    en: 'The state of the work order does not allow this.',
    'zh-CN': '工单当前状态不允许此操作。',
  },
  NUMBER_TAKEN: { en: 'The plant has a work order with this number.', 'zh-CN': '该工厂已存在此编号的工单。' },
  BAD_NUMBER: { en: 'A number has 1 to 100 characters.', 'zh-CN': '工单编号须为 1 至 100 个字符。' },
  BAD_QUANTITY: { en: 'The quantity must be above zero.', 'zh-CN': '数量必须大于零。' },
  REQUEST_ID_REUSED: {
    en: 'This request id was used for another request.',
    'zh-CN': '该请求编号已用于其他请求。',
  },
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
  HAS_REPORTS: {
    en: 'Production was reported on this work order; complete it instead.',
    'zh-CN': '该工单已有报工记录，请改为完工。',
  },
  PRODUCT_UNKNOWN: { en: 'The ERP does not know the product.', 'zh-CN': 'ERP 中没有该产品。' },
  BOM_UNAVAILABLE: {
    en: 'The ERP does not answer, so no work orders can be created for now.',
    'zh-CN': 'ERP 暂时无法提供物料清单，目前不能创建工单。',
  },
};
