import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { InventoryRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<InventoryRefusalCode> = {
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '工厂不存在。' },
  WAREHOUSE_NOT_FOUND: { en: 'There is no such warehouse.', 'zh-CN': '仓库不存在。' },
  LOCATION_NOT_FOUND: { en: 'The plant has no such location.', 'zh-CN': '该工厂没有此库位。' },
  LINE_NOT_FOUND: { en: 'The plant has no line with this code.', 'zh-CN': '该工厂没有此代码的生产线。' },
  NO_PRODUCTION_LOCATION: {
    en: 'The plant has no line-side location to issue to.',
    'zh-CN': '该工厂没有可供发料的线边库位。',
  },
  ORDER_NOT_FOUND: { en: 'There is no such work order.', 'zh-CN': '工单不存在。' },
  OPERATION_NOT_FOUND: { en: 'The work order has no such operation.', 'zh-CN': '该工单没有此工序。' },
  ORDER_NOT_OPEN: {
    en: "The work order's state does not allow material to be moved for it.",
    'zh-CN': '工单当前状态不允许为其移动物料。',
  },
  LOT_NOT_FOUND: { en: 'The plant has no such lot of this material.', 'zh-CN': '该工厂没有此物料的这一批次。' },
  LOT_REQUIRED: { en: 'This material is tracked: say which lot.', 'zh-CN': '该物料按批次管理，须指明批次。' },
  LOT_NOT_AVAILABLE: {
    en: 'The lot may not be used: it is quarantined, blocked, rejected or scrapped.',
    'zh-CN': '该批次不可用：处于隔离、冻结、拒收或报废状态。',
  },
  LOT_EXPIRED: { en: 'The lot has expired.', 'zh-CN': '该批次已过期。' },
  SERIAL_IN_STOCK: { en: 'This serial number is in stock already.', 'zh-CN': '该序列号已在库存中。' },
  LOT_DIFFERS: {
    en: 'The lot is known with another unit, kind or expiry.',
    'zh-CN': '该批次已登记的单位、类型或有效期与此不同。',
  },
  INSUFFICIENT_STOCK: {
    en: '{actual} were to be taken, {limit} are there to take.',
    'zh-CN': '需取 {actual}，可取数量为 {limit}。',
  },
  MORE_THAN_CONSUMED: {
    en: '{actual} were to be given back, the order has used {limit}.',
    'zh-CN': '拟退回 {actual}，该工单已耗用 {limit}。',
  },
  BAD_QUANTITY: {
    en: 'A quantity must be above zero (a count: zero or more), and one for a serial number.',
    'zh-CN': '数量必须大于零（盘点可为零），序列号的数量必须为一。',
  },
  BAD_NAME: {
    en: 'Codes, names, units, numbers and references have 1 to 100 characters.',
    'zh-CN': '代码、名称、单位、编号和参考号须为 1 至 100 个字符。',
  },
  BAD_GTIN: { en: 'The GTIN is not one, or its check digit is wrong.', 'zh-CN': 'GTIN 无效或校验位错误。' },
  REASON_REQUIRED: { en: 'Give a reason of 1 to 1,000 characters.', 'zh-CN': '请填写 1 至 1000 个字符的原因。' },
  NOTHING_MOVES: {
    en: 'Stock would leave and enter the same place, or become what it is.',
    'zh-CN': '库存的去向与来源相同，没有任何变动。',
  },
  IN_USE: {
    en: 'There is stock: unit, tracking and purpose can change only when there is none.',
    'zh-CN': '仍有库存：只有在没有库存时才能更改单位、追踪方式或库位用途。',
  },
  BAD_SHELF_LIFE: { en: 'Shelf life must be 1 to 36,500 days.', 'zh-CN': '保质期须为 1 至 36500 天。' },
  REQUEST_ID_REUSED: {
    en: 'This request id was used for another request.',
    'zh-CN': '此请求编号已用于另一请求。',
  },
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
};
