import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { day, id } from '../fields.ts';
import { workOrderStepData } from './work-order-step.ts';

export const workOrderChangedData = workOrderStepData.extend({
  due_date: day.nullable(),
  priority: z.number().int(),
  sales_order_id: id.nullable(),
  sales_order_line: id.nullable(),
  external_id: id.nullable(),
  unit: id,
  changed: z.array(z.string()),
});

/** Somebody changed what is wanted of the order; `quantity` is the one that now holds. */
export type WorkOrderChanged = z.infer<typeof workOrderChangedData>;

export const workOrderChanged = defineEvent({
  name: 'WorkOrderChanged',
  routingKey: 'mes.work-order.changed.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: workOrderChangedData,
});
