/** The interfaces of the ERP: paths, and what counts as an answer to which question. */
import type { z } from 'zod';
import {
  bomAnswer,
  isErpId,
  materialAnswer,
  permissionsAnswer,
  ppapAnswer,
  productAnswer,
  usersAnswer,
  type ErpBom,
  type ErpListedUser,
  type ErpMaterial,
  type ErpPpap,
  type ErpProduct,
  type ErpUser,
} from './answers.ts';
import { openErpHttp, type ErpAddress, type ErpRequest } from './http.ts';
import {
  erpInterfaces,
  guardInterface,
  type ErpInterface,
  type GuardSettings,
  type InterfaceGuard,
  type InterfaceHealth,
} from './interface-guard.ts';
import { erpUnavailable } from './outage.ts';
import {
  feedbackBody,
  feedbackReceipt,
  notificationBody,
  notificationReceipt,
  type ErpNotification,
  type FeedbackReceipt,
  type NotificationReceipt,
} from './outgoing.ts';
import type { OrderFeedback } from './order-feedback.ts';
import { isOf, salesOrderAnswer, salesOrdersAnswer, type ErpSalesOrder, type SalesOrderPage } from './sales-orders.ts';

/**
 * Asks the ERP and tells it. Null is its word that there is no such thing; whatever is not an answer throws
 * `erpUnavailable`. What is told carries a key: told twice under one key, the ERP counts it once.
 */
export type ErpClient = Readonly<{
  product(tenantId: string, id: string): Promise<ErpProduct | null>;
  material(tenantId: string, id: string): Promise<ErpMaterial | null>;
  bom(tenantId: string, productId: string, version: string): Promise<ErpBom | null>;
  ppap(tenantId: string, materialId: string): Promise<ErpPpap | null>;
  /** The answer says of which company the user is. */
  user(id: string): Promise<ErpUser | null>;
  /** Who holds a role at any plant of the company; null when the ERP lists nobody to anybody. */
  usersWithRole(tenantId: string, role: string): Promise<readonly ErpListedUser[] | null>;
  salesOrder(tenantId: string, id: string): Promise<ErpSalesOrder | null>;
  /** What changed since the cursor; everything when there is none. */
  salesOrders(tenantId: string, cursor: string | null): Promise<SalesOrderPage>;
  sendNotification(tenantId: string, message: ErpNotification, idempotencyKey: string): Promise<NotificationReceipt>;
  reportOrderStatus(tenantId: string, feedback: OrderFeedback, idempotencyKey: string): Promise<FeedbackReceipt>;
  health(): readonly InterfaceHealth[];
  close(): Promise<void>;
}>;

export type ErpClientSettings = ErpAddress &
  Partial<GuardSettings> &
  Readonly<{
    maxResponseBytes?: number;
  }>;

const SALES_ORDERS_A_PAGE = 200;

export function createErpClient(settings: ErpClientSettings): ErpClient {
  const guardSettings: GuardSettings = {
    attemptMs: settings.attemptMs ?? 2_000,
    retryDelaysMs: settings.retryDelaysMs ?? [0, 2_000, 4_000],
    failuresToOpen: settings.failuresToOpen ?? 6,
    halfOpenAfterMs: settings.halfOpenAfterMs ?? 5_000,
    now: settings.now ?? (() => new Date()),
    onOutcome: settings.onOutcome,
  };
  const http = openErpHttp(settings, {
    attemptMs: guardSettings.attemptMs,
    maxResponseBytes: settings.maxResponseBytes ?? 1024 * 1024,
  });
  const guards = Object.fromEntries(erpInterfaces.map((name) => [name, guardInterface(name, guardSettings)])) as Record<
    ErpInterface,
    InterfaceGuard
  >;

  function exchange<Answer>(name: ErpInterface, request: ErpRequest, expected: Expected<Answer>) {
    const { path, tenantId } = request;
    return guards[name].run(async (signal): Promise<Answer | null> => {
      const answer = await http.send(request, signal);
      if (answer === undefined) return null;
      if (tenantId !== null && !isOf(tenantId, answer)) throw erpUnavailable(`${path} answered for another company`);
      const read = expected.schema.safeParse(answer);
      if (!read.success) throw erpUnavailable(`${path} answered something else: ${read.error.message.slice(0, 500)}`);
      if (!expected.isAbout(read.data)) throw erpUnavailable(`${path} answered about something else`);
      return read.data;
    });
  }

  /** An id that can be no id names nothing, and there is nothing to ask. */
  async function ask<Answer>(
    name: ErpInterface,
    tenantId: string | null,
    parts: readonly string[],
    expected: Expected<Answer>,
  ): Promise<Answer | null> {
    return parts.every(isErpId) ? exchange(name, { path: pathOf(parts), tenantId }, expected) : null;
  }

  async function must<Answer>(name: ErpInterface, answering: Promise<Answer | null>): Promise<Answer> {
    const answer = await answering;
    if (answer === null) throw erpUnavailable(`there is no interface ${name}`);
    return answer;
  }

  return {
    product: (tenantId, id) =>
      ask('PRODUCTS', tenantId, ['products', id], { schema: productAnswer, isAbout: (it) => it.id === id }),
    material: (tenantId, id) =>
      ask('MATERIALS', tenantId, ['materials', id], { schema: materialAnswer, isAbout: (it) => it.id === id }),
    bom: (tenantId, productId, version) =>
      ask('BOM', tenantId, ['bom', 'product', productId, 'version', version], {
        schema: bomAnswer,
        isAbout: (it) => it.productId === productId && it.version === version,
      }),
    ppap: (tenantId, materialId) =>
      ask('PPAP', tenantId, ['ppap', 'material', materialId], {
        schema: ppapAnswer,
        isAbout: (it) => it.materialId === materialId,
      }),
    user: (id) =>
      ask('PERMISSIONS', null, ['auth', 'user', id, 'permissions'], {
        schema: permissionsAnswer,
        isAbout: (it) => it.id === id,
      }),
    usersWithRole: (tenantId, role) => {
      const request = { path: `${pathOf(['users'])}?${new URLSearchParams({ role }).toString()}`, tenantId };
      return exchange('USERS', request, { schema: usersAnswer(tenantId), isAbout: () => true });
    },
    salesOrder: (tenantId, id) =>
      ask('SALES_ORDERS', tenantId, ['sales-orders', id], { schema: salesOrderAnswer, isAbout: (it) => it.id === id }),
    salesOrders: (tenantId, cursor) => {
      const query = new URLSearchParams({ limit: String(SALES_ORDERS_A_PAGE), ...(cursor !== null && { cursor }) });
      const request = { path: `${pathOf(['sales-orders'])}?${query.toString()}`, tenantId };
      return must(
        'SALES_ORDERS',
        exchange('SALES_ORDERS', request, { schema: salesOrdersAnswer(tenantId), isAbout: () => true }),
      );
    },
    sendNotification: (tenantId, message, idempotencyKey) => {
      const post = { body: notificationBody(message), idempotencyKey };
      const request = { path: pathOf(['notifications', 'send']), tenantId, post };
      return must(
        'NOTIFICATIONS',
        exchange('NOTIFICATIONS', request, { schema: notificationReceipt, isAbout: () => true }),
      );
    },
    reportOrderStatus: (tenantId, feedback, idempotencyKey) => {
      const post = { body: feedbackBody(feedback), idempotencyKey };
      const request = { path: pathOf(['production', 'order-status']), tenantId, post };
      const isAbout = (it: FeedbackReceipt) => it.workOrderId === feedback.workOrderId;
      return must('ORDER_STATUS', exchange('ORDER_STATUS', request, { schema: feedbackReceipt, isAbout }));
    },
    health: () => erpInterfaces.map((name) => guards[name].health()),
    close: () => http.close(),
  };
}

type Expected<Answer> = Readonly<{ schema: z.ZodType<Answer>; isAbout: (answer: Answer) => boolean }>;

const pathOf = (parts: readonly string[]) => `/api/v1/${parts.map(encodeURIComponent).join('/')}`;
