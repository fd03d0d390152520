import type { Language } from '@enghub/subgraph-kit/claims';
import type { ErpInterface } from '../erp/interface-guard.ts';

/** What it means on the floor that an interface does not work. */
export const consequences: Readonly<Record<ErpInterface, Readonly<Record<Language, string>>>> = {
  PRODUCTS: {
    en: 'Names of products are those known before.',
    'zh-CN': '产品名称使用此前的数据。',
  },
  MATERIALS: {
    en: 'Names of materials are those known before.',
    'zh-CN': '物料名称使用此前的数据。',
  },
  BOM: {
    en: 'Running orders go on with the bills of materials known before; no new orders are created.',
    'zh-CN': '已开工工单按此前的物料清单继续；暂不能创建新工单。',
  },
  PPAP: {
    en: 'Released orders go on; orders whose materials are not known as approved are not released.',
    'zh-CN': '已下达工单可继续；所用物料未确认批准的工单暂不能下达。',
  },
  PERMISSIONS: {
    en: 'People go on with the permissions known before for five minutes, then they sign in again.',
    'zh-CN': '五分钟内沿用此前的权限，之后需重新登录。',
  },
  USERS: {
    en: 'Who holds which role is what was known before.',
    'zh-CN': '人员与角色使用此前的数据。',
  },
  NOTIFICATIONS: {
    en: 'Notifications are shown here and sent on later.',
    'zh-CN': '通知在本系统显示，稍后再转发。',
  },
  SALES_ORDERS: {
    en: 'Sales orders are those known before.',
    'zh-CN': '销售订单使用此前的数据。',
  },
  ORDER_STATUS: {
    en: 'The ERP hears later where orders stand.',
    'zh-CN': '工单进度将稍后回传 ERP。',
  },
};
