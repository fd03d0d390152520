/** What we send to the ERP, as we speak of it and as it goes over the wire, and how the ERP confirms it. */
import { z } from 'zod';

/** Sent to one person; `data` is what the ERP fills its text with. */
export type ErpNotification = Readonly<{
  type: string;
  recipientId: string;
  data: Readonly<Record<string, unknown>>;
}>;

export type ErpOrderStatus = 'RELEASED' | 'IN_PROGRESS' | 'COMPLETED' | 'CLOSED' | 'CANCELLED';

/** Where a work order stands. Quantities are totals and not changes, so that a repeat or a gap does no harm. */
export type OrderFeedback = Readonly<{
  workOrderId: string;
  workOrderNumber: string;
  productId: string;
  salesOrderId: string | null;
  salesOrderLine: string | null;
  status: ErpOrderStatus;
  /** Good pieces so far. */
  confirmedQuantity: string;
  /** Rises with every feedback on this order: the ERP ignores one that it has overtaken. */
  revision: number;
  at: Date;
}>;

/** What the ERP has posted for the order, this feedback included. */
export type FeedbackReceipt = Readonly<{ workOrderId: string; postedQuantity: string; revision: number }>;
export type NotificationReceipt = Readonly<{ notificationId: string }>;

export const notificationBody = (message: ErpNotification) => ({
  type: message.type,
  recipient_id: message.recipientId,
  data: message.data,
});

export const feedbackBody = (feedback: OrderFeedback) => ({
  work_order_id: feedback.workOrderId,
  work_order_number: feedback.workOrderNumber,
  product_id: feedback.productId,
  sales_order_id: feedback.salesOrderId,
  sales_order_line: feedback.salesOrderLine,
  status: feedback.status,
  confirmed_qty: feedback.confirmedQuantity,
  revision: feedback.revision,
  at: feedback.at.toISOString(),
});

export const notificationReceipt = z
  .object({ notification_id: z.string().min(1).max(200) })
  .transform((it): NotificationReceipt => ({ notificationId: it.notification_id }));

export const feedbackReceipt = z
  .object({
    work_order_id: z.string(),
    posted_qty: z.string().regex(/^\d{1,14}(\.\d{1,4})?$/, 'must be a decimal with at most 4 places, as text'),
    revision: z.int(),
  })
  .transform((it): FeedbackReceipt => ({
    workOrderId: it.work_order_id,
    postedQuantity: it.posted_qty,
    revision: it.revision,
  }));
