/** What we tell the ERP of a work order. Types only: the rules speak of it too. */
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
