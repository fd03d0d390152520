import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant, quantity } from '../fields.ts';

export const finishedGoodsReceiptSuggestedData = z.object({
  receipt_id: id,
  work_order_id: id,
  work_order_number: id,
  product_id: id,
  lot_id: id.nullable(),
  quantity,
  unit: id,
  location_id: id.nullable().describe('Where the plant would put it'),
  at: instant,
});

/** An order made pieces that nobody has taken into stock; told again when their number changes. */
export type FinishedGoodsReceiptSuggested = z.infer<typeof finishedGoodsReceiptSuggestedData>;

export const finishedGoodsReceiptSuggested = defineEvent({
  name: 'FinishedGoodsReceiptSuggested',
  routingKey: 'mes.finished-goods-receipt.suggested.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: finishedGoodsReceiptSuggestedData,
});
