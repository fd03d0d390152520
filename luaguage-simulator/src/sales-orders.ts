/** Sales orders of the simulated ERP, what the plant told it about its work orders, and the messages it was given. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

export type SalesOrderLine = Readonly<{
  line: string;
  product_id: string;
  qty: string;
  unit: string;
  due_date: string | null;
}>;
export type SalesOrder = Readonly<{
  sales_order_id: string;
  tenant_id: string;
  customer: string;
  status: 'OPEN' | 'FULFILLED' | 'CANCELLED';
  changed_at: string;
  lines: readonly SalesOrderLine[];
}>;

export const orderStatus = z.object({
  work_order_id: z.string().min(1),
  work_order_number: z.string().min(1),
  product_id: z.string().min(1),
  sales_order_id: z.string().nullable(),
  sales_order_line: z.string().nullable(),
  status: z.enum(['RELEASED', 'IN_PROGRESS', 'COMPLETED', 'CLOSED', 'CANCELLED']),
  confirmed_qty: z.string().regex(/^\d{1,14}(\.\d{1,4})?$/),
  revision: z.int().positive(),
  at: z.iso.datetime(),
});
export type OrderStatus = z.infer<typeof orderStatus>;

export const notification = z.object({
  type: z.string().min(1),
  recipient_id: z.string().min(1),
  data: z.record(z.string(), z.unknown()),
});
export type Notification = z.infer<typeof notification>;

/** What there is to sell, and what was posted. Lives as long as the simulator does. */
export type SalesBooks = ReturnType<typeof openSalesBooks>;

const PAGE = 100;

export function openSalesBooks(now: () => Date) {
  let changes = 0;
  const orders = new Map<string, SalesOrder & { readonly position: number }>();
  const posted = new Map<string, OrderStatus>();
  const sent: (Notification & { notification_id: string })[] = [];
  const keyOf = (tenantId: string, id: string) => JSON.stringify([tenantId, id]);

  function put(order: Omit<SalesOrder, 'changed_at'>): SalesOrder {
    const changed = { ...order, changed_at: now().toISOString(), position: ++changes };
    orders.set(keyOf(order.tenant_id, order.sales_order_id), changed);
    return told(changed);
  }
  for (const order of firstOrders) put(order);

  return {
    put,
    find: (tenantId: string, id: string): SalesOrder | null => {
      const found = orders.get(keyOf(tenantId, id));
      return found ? told(found) : null;
    },
    /** A cursor is the number of the last change seen. Null for what is no cursor of ours. */
    changedSince: (tenantId: string, cursor: string | null, limit: number) => {
      const seen = cursor === null ? 0 : /^\d{1,9}$/.test(cursor) ? Number(cursor) : null;
      if (seen === null) return null;
      const open = [...orders.values()]
        .filter((order) => order.tenant_id === tenantId && order.position > seen)
        .sort((a, b) => a.position - b.position);
      const page = open.slice(0, Math.min(limit, PAGE));
      return {
        sales_orders: page.map(told),
        next_cursor: String(page.at(-1)?.position ?? seen),
        has_more: open.length > page.length,
      };
    },
    /** What comes late, after something newer about the same order, changes nothing. */
    post: (tenantId: string, status: OrderStatus) => {
      const key = keyOf(tenantId, status.work_order_id);
      const before = posted.get(key);
      if (!before || before.revision <= status.revision) posted.set(key, status);
      const { work_order_id, confirmed_qty, revision } = posted.get(key)!;
      return { work_order_id, posted_qty: confirmed_qty, revision };
    },
    posted: (): readonly OrderStatus[] => [...posted.values()],
    notify: (message: Notification) => {
      const notification_id = randomUUID();
      sent.push({ ...message, notification_id });
      if (sent.length > MOST_REMEMBERED) sent.shift();
      return { notification_id, status: 'QUEUED' };
    },
    notifications: (): readonly Notification[] => sent,
  };
}

const MOST_REMEMBERED = 10_000;

const told = ({ position: _, ...order }: SalesOrder & { readonly position: number }): SalesOrder => order;

const firstOrders: readonly Omit<SalesOrder, 'changed_at'>[] = [
  {
    sales_order_id: 'SO-2026-0001',
    tenant_id: 'tenant-001',
    customer: 'Haihe Pumps',
    status: 'OPEN',
    lines: [
      { line: '10', product_id: 'PROD-A001', qty: '200', unit: 'pcs', due_date: '2026-03-31' },
      { line: '20', product_id: 'PROD-CABLE-HEAD', qty: '50', unit: 'pcs', due_date: '2026-04-15' },
    ],
  },
  {
    sales_order_id: 'SO-2026-0002',
    tenant_id: 'tenant-001',
    customer: 'Nanjing Valve Works',
    status: 'OPEN',
    lines: [{ line: '10', product_id: 'PROD-A001', qty: '75', unit: 'pcs', due_date: null }],
  },
  {
    sales_order_id: 'SO-2026-0701',
    tenant_id: 'tenant-002',
    customer: 'Pearl River Drives',
    status: 'OPEN',
    lines: [{ line: '10', product_id: 'PROD-DRUM', qty: '12', unit: 'pcs', due_date: null }],
  },
];
