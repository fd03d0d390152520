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
    en: 'The ERP does not answer, so no work orders can be created or released for now.',
    'zh-CN': 'ERP 暂时无法提供物料清单，目前不能创建或下达工单。',
  },
  PPAP_UNVERIFIED: {
    en: 'Materials of the order are not known as approved for production.',
    'zh-CN': '工单所用物料未确认获得生产批准。',
  },
  BLOCKED: { en: 'Something is in the way; see the blockers.', 'zh-CN': '存在阻碍因素，详见阻碍列表。' },
  EXTERNAL_ID_TAKEN: {
    en: 'Work order {existing} of the plant has this external id.',
    'zh-CN': '该工厂的工单 {existing} 已使用此外部编号。',
  },
  BAD_EXTERNAL_ID: { en: 'An external id has 1 to 100 characters.', 'zh-CN': '外部编号须为 1 至 100 个字符。' },
  BAD_SALES_ORDER: {
    en: 'A sales order has 1 to 100 characters, and a line belongs to a sales order.',
    'zh-CN': '销售订单号须为 1 至 100 个字符，且行号必须属于某个销售订单。',
  },
  BAD_PRIORITY: { en: 'A priority is 1 to 9.', 'zh-CN': '优先级须为 1 至 9。' },
  BAD_UNIT: { en: 'A unit has 1 to 100 characters.', 'zh-CN': '单位须为 1 至 100 个字符。' },
  BAD_DUE_DATE: { en: 'A due date lies before the year 10000.', 'zh-CN': '交期必须早于 10000 年。' },
  BAD_BOM_VERSION: { en: 'A BOM version has 1 to 100 characters.', 'zh-CN': 'BOM 版本须为 1 至 100 个字符。' },
  REPORTS_PENDING: {
    en: '{count} reports wait for approval; decide on them before the books are closed.',
    'zh-CN': '尚有 {count} 条报工待审批，请处理后再关闭工单。',
  },
  BOOKS_NOT_RECONCILED: {
    en: 'Of {limit} ordered pieces, {actual} are good or written off. Make a back-order of the rest, or write it off.',
    'zh-CN': '订单数量 {limit} 中仅有 {actual} 为合格或已核销，请将剩余数量转为补单或予以核销。',
  },
  LOSS_OUT_OF_RANGE: {
    en: 'At most {limit} pieces are missing; {actual} cannot be written off.',
    'zh-CN': '缺少数量最多为 {limit}，不能核销 {actual}。',
  },
  FIXED_BY_RELEASE: {
    en: 'After release the unit and the external id stay as they are.',
    'zh-CN': '工单下达后，单位和外部编号不可更改。',
  },
  BELOW_MADE: {
    en: 'An operation has made {limit}; the quantity cannot be {actual}.',
    'zh-CN': '已有工序完成 {limit}，数量不能改为 {actual}。',
  },
  MORE_THAN_UNMADE: {
    en: 'Nobody has begun {limit} pieces; {actual} cannot be split off, and something must stay.',
    'zh-CN': '尚未开工的数量为 {limit}，不能拆出 {actual}，且原工单须有剩余。',
  },
  NOTHING_LEFT: { en: 'Nothing is left to be made.', 'zh-CN': '没有剩余待生产数量。' },
  NOTHING_MADE: {
    en: 'Nothing has been made yet, so there is no part to finish without the rest.',
    'zh-CN': '尚无完工数量，无法生成补单。',
  },
  REASON_REQUIRED: { en: 'A reason is needed.', 'zh-CN': '必须填写原因。' },
  ROUTING_OF_OTHER_PRODUCT: {
    en: 'The routing makes another product.',
    'zh-CN': '该工艺路线属于其他产品。',
  },
};
