import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { LotRefusalCode } from '../generated/graphql.ts';

export const messages: RefusalMessages<LotRefusalCode> = {
  NOT_FOUND: { en: 'There is no such lot.', 'zh-CN': '批次不存在。' },
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '工厂不存在。' },
  ORDER_NOT_FOUND: { en: 'The plant has no such work order.', 'zh-CN': '该工厂没有此工单。' },
  LOCATION_NOT_FOUND: { en: 'The plant has no such stock location.', 'zh-CN': '该工厂没有此库位。' },
  STALE_VERSION: {
    en: 'Someone else changed this lot. Reload it and try again.',
    'zh-CN': '批次已被他人修改，请刷新后重试。',
  },
  ILLEGAL_MOVE: { en: 'The status of the lot does not allow this.', 'zh-CN': '批次当前状态不允许此操作。' },
  REASON_MISSING: { en: 'Say why, in 1 to 1,000 characters.', 'zh-CN': '请填写原因（1 至 1000 个字符）。' },
  NUMBER_TAKEN: {
    en: 'The material has a lot with the number {number}.',
    'zh-CN': '该物料已存在批号 {number}。',
  },
  BAD_NUMBER: { en: 'A lot number has 1 to 100 characters.', 'zh-CN': '批号须为 1 至 100 个字符。' },
  BAD_TEXT: {
    en: 'Materials, units, suppliers, customers and references have 1 to 100 characters.',
    'zh-CN': '物料、单位、供应商、客户和单号须为 1 至 100 个字符。',
  },
  BAD_GTIN: {
    en: 'A GTIN has 8, 12, 13 or 14 digits, the last of which is its check digit.',
    'zh-CN': 'GTIN 须为 8、12、13 或 14 位数字，末位为校验码。',
  },
  BAD_STATUS: { en: 'A new lot is available or in quarantine.', 'zh-CN': '新批次的状态只能是可用或待检。' },
  UNIT_DIFFERS: { en: 'The lot is counted in another unit.', 'zh-CN': '该批次的计量单位不同。' },
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
  REQUEST_ID_REUSED: {
    en: 'This request id was used for another request.',
    'zh-CN': '该请求编号已用于其他请求。',
  },
  BAD_QUANTITY: { en: 'Quantities must be above zero.', 'zh-CN': '数量必须大于零。' },
  SERIAL_IS_ONE: { en: 'A serial-numbered piece is one piece.', 'zh-CN': '序列号对应的数量只能是 1。' },
  BAD_COUNT: { en: '1 to 500 at a time, each once.', 'zh-CN': '一次须为 1 至 500 个，且不得重复。' },
  BAD_INPUTS: {
    en: 'This kind of activity does not have such inputs.',
    'zh-CN': '此类作业的投入批次不符合要求。',
  },
  BAD_OUTPUTS: {
    en: 'This kind of activity does not have such outputs.',
    'zh-CN': '此类作业的产出批次不符合要求。',
  },
  SAME_LOT: {
    en: 'A lot cannot be input and output at once, nor an output twice.',
    'zh-CN': '同一批次不能既投入又产出，也不能重复产出。',
  },
  MATERIAL_DIFFERS: {
    en: 'All lots of this activity must be of one material and unit.',
    'zh-CN': '此作业的所有批次必须为同一物料和单位。',
  },
  MATERIAL_MISSING: { en: 'Name the material of the new lot.', 'zh-CN': '请填写新批次的物料。' },
  NOT_CONSERVED: {
    en: '{limit} go in, but {actual} come out or are lost.',
    'zh-CN': '投入 {limit}，但产出与损耗合计 {actual}。',
  },
  LOT_NOT_USABLE: { en: 'The lot is not available.', 'zh-CN': '该批次不可用。' },
  LOT_EXPIRED: { en: 'The lot is past its expiry.', 'zh-CN': '该批次已过有效期。' },
  INSUFFICIENT_QUANTITY: {
    en: 'Only {limit} of the lot are there; {actual} were asked for.',
    'zh-CN': '该批次仅有 {limit}，需要 {actual}。',
  },
  NOT_OF_THIS_KIND: {
    en: 'Only shipping has a shipment; only a split or merge has a loss.',
    'zh-CN': '只有发货可填写发货信息，只有拆分或合并可填写损耗。',
  },
};
