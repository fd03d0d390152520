import type { Language } from '@enghub/subgraph-kit/claims';
import { refusalIn, type RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { Blocker, BlockerKind } from './rules.ts';

/** Details fill the gaps; STATE and ORDER_STATE have the state's own word in them. */
const messages: RefusalMessages<BlockerKind> = {
  STATE: { en: 'Its state, {status}, does not allow this.', 'zh-CN': '当前状态 {status} 不允许此操作。' },
  ORDER_STATE: {
    en: 'Work order {order} is {status}.',
    'zh-CN': '工单 {order} 的状态为 {status}。',
  },
  MATERIAL_SHORTAGE: {
    en: 'Of {material}, {needed} {unit} are needed and {available} are free.',
    'zh-CN': '物料 {material} 需要 {needed} {unit}，可用 {available}。',
  },
  PREDECESSOR_NOT_DONE: {
    en: 'Operation {sequence} {name} has made {made}; {needed} are needed.',
    'zh-CN': '前道工序 {sequence} {name} 已完成 {made}，需要 {needed}。',
  },
  OPERATOR_NOT_QUALIFIED: {
    en: '{operator} is not qualified for {skill}.',
    'zh-CN': '操作员 {operator} 不具备 {skill} 资质。',
  },
  STATION_OCCUPIED: {
    en: 'Station {station} runs {running} of {capacity} jobs.',
    'zh-CN': '工位 {station} 正在进行 {running} 项作业，上限为 {capacity}。',
  },
  QUALITY_HOLD: { en: 'Quality holds {subject}: {reason}', 'zh-CN': '质量冻结（{subject}）：{reason}' },
  EQUIPMENT_DOWN: { en: 'Equipment {equipment} is down: {reason}', 'zh-CN': '设备 {equipment} 停机：{reason}' },
  BOM_NOT_USABLE: {
    en: 'Version {version} of the bill of materials of {product} may not be used: {reason}',
    'zh-CN': '产品 {product} 的物料清单版本 {version} 不可用：{reason}',
  },
  PPAP_NOT_APPROVED: {
    en: 'Material {material} is not approved for production (PPAP: {status}).',
    'zh-CN': '物料 {material} 未获生产件批准（PPAP：{status}）。',
  },
  ENGINEERING_CHANGE: { en: 'Stopped for an engineering change: {reason}', 'zh-CN': '因工程变更停止：{reason}' },
  OTHER: { en: 'Stopped: {reason}', 'zh-CN': '已停止：{reason}' },
};

export const messageOf = (language: Language, { kind, detail }: Blocker): string =>
  refusalIn(language, messages, kind, detail).message;
