import type { Language } from '@enghub/subgraph-kit/claims';

type Words = Readonly<Record<Language, string>>;

/** What each consumer does, for those who read that it was not done. docs/decisions/0027 has the same list. */
const effects: Readonly<Record<string, Words>> = {
  'mes.daily-reports': {
    en: 'It is not counted in the daily report.',
    'zh-CN': '尚未计入生产日报。',
  },
  'mes.completion': {
    en: 'The completion report and the suggested receipt of finished goods are missing or out of date.',
    'zh-CN': '完工报告和建议的成品入库缺失或未更新。',
  },
  'mes.costing': { en: 'The cost of the order is missing or out of date.', 'zh-CN': '工单成本缺失或未更新。' },
  'mes.dispatching': {
    en: 'Work that runs on the order was not ended with it.',
    'zh-CN': '工单上正在进行的作业未随之结束。',
  },
  'mes.readiness': {
    en: 'What blocks work, or no longer does, is not known here.',
    'zh-CN': '阻碍生产的事项（或其解除）尚未登记。',
  },
  'qms.inspections': {
    en: 'The report does not count towards the next inspection, which may be missing.',
    'zh-CN': '该报工未计入检验频次，可能缺少应有的检验。',
  },
  'qms.defects': {
    en: 'Its defects are missing in the defect statistics.',
    'zh-CN': '其缺陷未计入缺陷统计。',
  },
  'pp.material-requirements': {
    en: 'The material requirements of the order were not worked out.',
    'zh-CN': '工单的物料需求尚未计算。',
  },
  'eam.production': { en: 'It is not counted in the OEE of its station.', 'zh-CN': '尚未计入工位的 OEE。' },
  'luaguage-bridge.order-feedback': {
    en: 'The ERP was not told of it; the next news of the order tells the ERP its totals.',
    'zh-CN': '尚未告知 ERP；该工单的下一条消息会将累计数量告知 ERP。',
  },
  'luaguage-bridge.notifications': { en: 'Those concerned were not notified.', 'zh-CN': '相关人员未收到通知。' },
};

const unknown: Words = { en: 'Something that should follow was not done.', 'zh-CN': '应有的后续处理未完成。' };

export const effectOf = (step: string, language: Language): string => (effects[step] ?? unknown)[language];

export const knownSteps: readonly string[] = Object.keys(effects);
