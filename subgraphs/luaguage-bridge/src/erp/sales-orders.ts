/** Sales orders as the ERP tells them. */
import { z } from 'zod';

const id = z.string().min(1).max(120);
const quantity = z
  .union([z.number().nonnegative().transform(String), z.string()])
  .pipe(z.string().regex(/^\d{1,14}(\.\d{1,4})?$/, 'must be a decimal with at most 4 places'));

export type SalesOrderStatus = 'OPEN' | 'FULFILLED' | 'CANCELLED';
export type ErpSalesOrder = Readonly<{
  id: string;
  customer: string;
  status: SalesOrderStatus;
  /** When the ERP last changed it. */
  changedAt: Date;
  lines: readonly ErpSalesOrderLine[];
}>;
export type ErpSalesOrderLine = Readonly<{
  line: string;
  productId: string;
  quantity: string;
  unit: string;
  /** A day, YYYY-MM-DD. */
  dueDate: string | null;
}>;

/** One that cannot be read must not hold up those behind it: it is told apart, by its id if it has one. */
export type ReadSalesOrder =
  | Readonly<{ ok: true; salesOrder: ErpSalesOrder }>
  | Readonly<{ ok: false; externalId: string | null; reason: string }>;

/** `cursor` is where to go on from the next time, also when there is no more for now. */
export type SalesOrderPage = Readonly<{ records: readonly ReadSalesOrder[]; cursor: string; hasMore: boolean }>;

export const salesOrderAnswer = z
  .object({
    sales_order_id: id,
    customer: z.string().min(1).max(500),
    status: z.enum(['OPEN', 'FULFILLED', 'CANCELLED']),
    changed_at: z.iso.datetime({ offset: true }),
    lines: z
      .array(
        z.object({
          line: id,
          product_id: id,
          qty: quantity,
          unit: z.string().min(1).max(20),
          due_date: z.iso.date().nullish(),
        }),
      )
      .max(1_000)
      .refine((lines) => new Set(lines.map(({ line }) => line)).size === lines.length, 'names a line twice'),
  })
  .transform((it): ErpSalesOrder => ({
    id: it.sales_order_id,
    customer: it.customer,
    status: it.status,
    changedAt: new Date(it.changed_at),
    lines: it.lines.map((line) => ({
      line: line.line,
      productId: line.product_id,
      quantity: line.qty,
      unit: line.unit,
      dueDate: line.due_date ?? null,
    })),
  }));

const page = z.object({
  sales_orders: z.array(z.unknown()).max(1_000),
  next_cursor: z.string().min(1).max(500),
  has_more: z.boolean(),
});

/** A page as asked for by one tenant. */
export const salesOrdersAnswer = (tenantId: string) =>
  page.transform((it): SalesOrderPage => ({
    records: it.sales_orders.map((record) => readRecord(record, tenantId)),
    cursor: it.next_cursor,
    hasMore: it.has_more,
  }));

function readRecord(record: unknown, tenantId: string): ReadSalesOrder {
  const name = z.object({ sales_order_id: id }).safeParse(record);
  const externalId = name.success ? name.data.sales_order_id : null;
  if (!isOf(tenantId, record)) return { ok: false, externalId, reason: 'It belongs to another company.' };
  const read = salesOrderAnswer.safeParse(record);
  return read.success
    ? { ok: true, salesOrder: read.data }
    : { ok: false, externalId, reason: z.prettifyError(read.error).slice(0, 500) };
}

/** Answers need not say whose they are; if they do, it must be the company that asked. */
export function isOf(tenantId: string, answer: unknown): boolean {
  const { tenant_id: stated } = (answer ?? {}) as { tenant_id?: unknown };
  return stated === undefined || stated === null || stated === tenantId;
}
