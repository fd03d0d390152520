import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { day, id, quantity, text } from '../fields.ts';

export const reworkOrderCreatedData = z.object({
  work_order_id: id,
  number: id,
  product_id: id,
  quantity,
  unit: id,
  due_date: day.nullable(),
  parent_id: id,
  reason: text,
  created_by: id,
});

/** Pieces of another order will be worked on once more: they are the input, and no material of the bill is used again. */
export type ReworkOrderCreated = z.infer<typeof reworkOrderCreatedData>;

export const reworkOrderCreated = defineEvent({
  name: 'ReworkOrderCreated',
  routingKey: 'mes.work-order.rework-created.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: reworkOrderCreatedData,
});
