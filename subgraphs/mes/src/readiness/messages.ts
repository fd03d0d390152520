import type { Language } from '@enghub/subgraph-kit/claims';
import { refusalIn, type RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { BlockerRefusalCode } from '../generated/graphql.ts';
import type { SubjectKind } from './heard-rules.ts';
import type { Blocker, BlockerKind, OperationStatus, OrderStatus } from './rules.ts';

const blockers: RefusalMessages<BlockerKind | 'PREDECESSOR_USED_UP' | 'PREDECESSOR_NOT_STARTED'> = {
  STATE: { en: '{subject} is {status}.', 'zh-CN': '{subject}{status}。' },
  ORDER_STATE: { en: 'Work order {order} is {status}.', 'zh-CN': '工单 {order} {status}。' },
  HAS_REPORTS: {
    en: 'Production was reported on work order {order}; complete it instead.',
    'zh-CN': '工单 {order} 已有报工记录，请改为完工。',
  },
  NOT_SKIPPABLE: {
    en: 'It is the only operation left, or has pieces of a back-order.',
    'zh-CN': '这是仅剩的工序，或其上有补单带来的件数。',
  },
  REPORTS_PENDING: {
    en: '{count} reports on work order {order} wait for approval.',
    'zh-CN': '工单 {order} 有 {count} 条报工待审批。',
  },
  MATERIAL_SHORTAGE: {
    en: '{needed} {unit} of {material} are needed, {available} {unit} are available.',
    'zh-CN': '物料 {material} 需要 {needed} {unit}，可用 {available} {unit}。',
  },
  PREDECESSOR_NOT_DONE: {
    en: 'Operation {sequence} {name} has made {made} pieces; {needed} are needed.',
    'zh-CN': '前道工序 {sequence} {name} 已完成 {made} 件，需要 {needed} 件。',
  },
  PREDECESSOR_USED_UP: {
    en: 'Operation {sequence} {name} has made {made} pieces; none is left to work on.',
    'zh-CN': '前道工序 {sequence} {name} 已完成 {made} 件，没有可加工的余量。',
  },
  PREDECESSOR_NOT_STARTED: {
    en: 'Operation {sequence} {name} has not been started.',
    'zh-CN': '并行工序 {sequence} {name} 尚未开始。',
  },
  OPERATOR_NOT_QUALIFIED: {
    en: '{operator} is not qualified for {skill}.',
    'zh-CN': '操作员 {operator} 不具备“{skill}”资质。',
  },
  STATION_OCCUPIED: {
    en: 'Station {station} runs {running} jobs; it can run {capacity}.',
    'zh-CN': '工位 {station} 正在进行 {running} 项作业，上限为 {capacity} 项。',
  },
  STATION_RETIRED: {
    en: 'Station {station} is retired and gets no new work.',
    'zh-CN': '工位 {station} 已停用，不再接受新作业。',
  },
  QUALITY_HOLD: { en: 'Quality hold on {subject}: {reason}', 'zh-CN': '{subject}被质量冻结：{reason}' },
  EQUIPMENT_DOWN: { en: 'Equipment {equipment} is down: {reason}', 'zh-CN': '设备 {equipment} 停机：{reason}' },
  BOM_NOT_USABLE: {
    en: 'Version {version} of the bill of materials of {product} may not be used: {reason}',
    'zh-CN': '产品 {product} 的物料清单版本 {version} 不可用：{reason}',
  },
  PPAP_NOT_APPROVED: {
    en: 'Material {material} is not approved for production; its PPAP is {status}.',
    'zh-CN': '物料 {material} 未获生产批准，PPAP {status}。',
  },
  PPAP_UNVERIFIED: {
    en: 'The ERP cannot say at present whether material {material} is approved for production.',
    'zh-CN': 'ERP 目前无法确认物料 {material} 是否已获生产批准。',
  },
  ENGINEERING_CHANGE: {
    en: 'Engineering change on {subject}: {reason}',
    'zh-CN': '{subject}因工程变更停止：{reason}',
  },
  OTHER: { en: 'Stop on {subject}: {reason}', 'zh-CN': '{subject}已停止：{reason}' },
};

type Words<Word extends string> = Readonly<Record<Word, Readonly<Record<Language, string>>>>;

const statuses: Words<OrderStatus | OperationStatus | 'APPROVED' | 'REJECTED' | 'NOT_APPROVED'> = {
  NOT_APPROVED: { en: 'not approved', 'zh-CN': '未批准' },
  DRAFT: { en: 'a draft', 'zh-CN': '为草稿' },
  PLANNED: { en: 'planned', 'zh-CN': '已计划' },
  RELEASED: { en: 'released', 'zh-CN': '已下达' },
  IN_PROGRESS: { en: 'in progress', 'zh-CN': '进行中' },
  HELD: { en: 'on hold', 'zh-CN': '已暂停' },
  COMPLETED: { en: 'completed', 'zh-CN': '已完工' },
  CLOSED: { en: 'closed', 'zh-CN': '已关闭' },
  CANCELLED: { en: 'cancelled', 'zh-CN': '已取消' },
  PENDING: { en: 'pending', 'zh-CN': '待处理' },
  PAUSED: { en: 'paused', 'zh-CN': '已中断' },
  FINISHED: { en: 'finished', 'zh-CN': '已结束' },
  SKIPPED: { en: 'skipped', 'zh-CN': '已跳过' },
  APPROVED: { en: 'approved', 'zh-CN': '已批准' },
  REJECTED: { en: 'rejected', 'zh-CN': '被拒绝' },
};

const subjects: Words<SubjectKind> = {
  WORK_ORDER: { en: 'the work order', 'zh-CN': '工单' },
  OPERATION: { en: 'the operation', 'zh-CN': '工序' },
  STATION: { en: 'the station', 'zh-CN': '工位' },
  PRODUCT: { en: 'the product', 'zh-CN': '产品' },
  MATERIAL: { en: 'a material', 'zh-CN': '物料' },
  LOT: { en: 'the lot', 'zh-CN': '批次' },
};

/** The details of a blocker are words of the program where people have their own. */
export function messageOf(language: Language, { kind, detail }: Pick<Blocker, 'kind' | 'detail'>): string {
  const said = { ...detail };
  const word = (name: string, words: Words<string>) => {
    const own = words[detail[name] ?? '']?.[language];
    if (own !== undefined) said[name] = own;
  };
  word('status', statuses);
  word('subject', subjects);
  const { message } = refusalIn(language, blockers, variantOf(kind, detail), said);
  // Its first word is one of ours.
  return kind === 'STATE' ? message.charAt(0).toUpperCase() + message.slice(1) : message;
}

function variantOf(kind: BlockerKind, detail: Blocker['detail']): keyof typeof blockers {
  if (kind !== 'PREDECESSOR_NOT_DONE' || detail['needed'] !== undefined) return kind;
  return detail['made'] === undefined ? 'PREDECESSOR_NOT_STARTED' : 'PREDECESSOR_USED_UP';
}

export const messages: RefusalMessages<BlockerRefusalCode> = {
  FACTORY_NOT_FOUND: { en: 'There is no such plant.', 'zh-CN': '工厂不存在。' },
  BLOCKER_NOT_FOUND: { en: 'There is no such blocker.', 'zh-CN': '阻碍项不存在。' },
  NO_SUBJECT: { en: 'Name at least one thing to block.', 'zh-CN': '请至少指定一个阻止对象。' },
  TOO_MANY_SUBJECTS: { en: 'Name at most 100 things to block.', 'zh-CN': '最多可指定 100 个阻止对象。' },
  SUBJECT_NOT_FOUND: {
    en: 'The plant has no such order, operation, station or lot.',
    'zh-CN': '该工厂没有此工单、工序、工位或批次。',
  },
  BAD_REASON: { en: 'A reason has 1 to 1,000 characters.', 'zh-CN': '原因须为 1 至 1000 个字符。' },
  BAD_OWNER: { en: 'An owner has 1 to 100 characters.', 'zh-CN': '负责人须为 1 至 100 个字符。' },
  NOT_PLACED_HERE: {
    en: 'The blocker comes from elsewhere and is cleared there.',
    'zh-CN': '该阻碍项来自其他系统，须在来源处解除。',
  },
  ALREADY_LIFTED: { en: 'The blocker was lifted before.', 'zh-CN': '该阻碍项已解除。' },
  REQUEST_ID_REUSED: {
    en: 'This request id was used for another request.',
    'zh-CN': '该请求编号已用于其他请求。',
  },
  BAD_REQUEST_ID: { en: 'A request id has 1 to 100 characters.', 'zh-CN': '请求编号须为 1 至 100 个字符。' },
};
