import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { day, id, quantity } from '../fields.ts';

export const workOrderCreatedData = z.object({
  work_order_id: id,
  number: id,
  product_id: id,
  bom_version: id.nullable(),
  quantity,
  unit: id,
  due_date: day.nullable(),
  created_by: id,
});

/** A work order was planned; nothing is on the floor yet. */
export type WorkOrderCreated = z.infer<typeof workOrderCreatedData>;

export const workOrderCreated = defineEvent({
  name: 'WorkOrderCreated',
  routingKey: 'mes.work-order.created.v1',
  version: '1.0',
  data: workOrderCreatedData,
});
