/** The words of notifications and of refusals, in the language of whoever reads. */
import type { Language } from '@enghub/subgraph-kit/claims';
import type { RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { NotificationRefusalCode } from '../generated/graphql.ts';
import type { Kind, Parameters } from './rules.ts';

type Words = Readonly<{ title: string; text: string }>;

const words: Readonly<Record<Kind, Readonly<Record<Language, Words>>>> = {
  WORK_ORDER_CREATED: {
    en: {
      title: 'New work order {number}',
      text: '{quantity} {unit} of {productId} are to be made[, due on {dueDate}].',
    },
    'zh-CN': { title: '新工单 {number}', text: '需生产 {productId} {quantity} {unit}[，交期 {dueDate}]。' },
  },
  WORK_ORDER_HELD: {
    en: { title: 'Work order {number} is on hold', text: 'Cause: {cause}[. {note}]' },
    'zh-CN': { title: '工单 {number} 已暂停', text: '原因：{cause}[。{note}]' },
  },
  WORK_ORDER_COMPLETED: {
    en: {
      title: 'Work order {number} is completed',
      text: '{goodQuantity} of {quantity} are good ({completionRate} %), {scrapQuantity} were scrapped.',
    },
    'zh-CN': {
      title: '工单 {number} 已完工',
      text: '计划 {quantity}，合格 {goodQuantity}（{completionRate}%），报废 {scrapQuantity}。',
    },
  },
  DEFECT_REPORTED: {
    en: {
      title: 'Defects on work order {number}',
      text: '{operation}: {quantity} with {defectTypes}, counted {count} ×.',
    },
    'zh-CN': {
      title: '工单 {number} 出现不良品',
      text: '{operation}：不良 {quantity}，类型 {defectTypes}，共报告 {count} 次。',
    },
  },
  QUALITY_HOLD_PLACED: {
    en: { title: 'Quality stopped work', text: '{reason} ({subjectCount} held)' },
    'zh-CN': { title: '品质冻结', text: '{reason}（冻结 {subjectCount} 项）' },
  },
  EQUIPMENT_DOWN: {
    en: { title: '{equipment} is down', text: '{reason}' },
    'zh-CN': { title: '设备 {equipment} 停机', text: '{reason}' },
  },
  INTEGRATION_DEGRADED: {
    en: {
      title: 'The ERP does not answer: {interface}',
      text: 'Since {since}; the plant goes on with what is known[. {lastError}]',
    },
    'zh-CN': {
      title: 'ERP 接口无应答：{interface}',
      text: '自 {since} 起；工厂使用已知数据继续运行[。{lastError}]',
    },
  },
  INTEGRATION_RECOVERED: {
    en: { title: 'The ERP answers again: {interface}', text: 'Since {since}.' },
    'zh-CN': { title: 'ERP 接口已恢复：{interface}', text: '自 {since} 起。' },
  },
  EVENT_DEAD_LETTERED: {
    en: {
      title: '{consumer} could not process an event',
      text: '{eventType}, {count} × so far: {error} It waits among the dead letters for your decision.',
    },
    'zh-CN': {
      title: '{consumer} 无法处理事件',
      text: '{eventType}，累计 {count} 次：{error} 已转入死信，等待处理。',
    },
  },
};

const comma: Readonly<Record<Language, string>> = { en: ', ', 'zh-CN': '、' };

/** A part in brackets stands only when all of its gaps can be filled. */
export function wordsFor(language: Language, kind: Kind, parameters: Parameters, count: number): Words {
  const valueOf = (name: string): string => {
    if (name === 'count') return String(count);
    const value = parameters[name] ?? '';
    return typeof value === 'string' ? value : value.join(comma[language]);
  };
  const gap = /\{(\w+)\}/g;
  const filled = (text: string) =>
    text
      .replace(/\[([^\]]*)\]/g, (_, part: string) =>
        [...part.matchAll(gap)].every(([, name]) => valueOf(name!) !== '') ? part : '',
      )
      .replace(gap, (_, name: string) => valueOf(name));
  const { title, text } = words[kind][language];
  return { title: filled(title), text: filled(text) };
}

export const refusals: RefusalMessages<NotificationRefusalCode> = {
  TOO_MANY_IDS: {
    en: 'At most 200 notifications can be marked at once; leave ids out to mark all.',
    'zh-CN': '一次最多可标记 200 条通知；不填编号则标记全部。',
  },
  CRITICAL_NEEDS_A_WAY: {
    en: 'Critical notifications cannot be switched off altogether: keep one way.',
    'zh-CN': '紧急通知不能全部关闭，请至少保留一种接收方式。',
  },
  KIND_TWICE: { en: 'Name each kind once.', 'zh-CN': '每种通知只能设置一次。' },
};
