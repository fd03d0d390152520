import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, quantity } from '../fields.ts';
import { workOrderStepData } from './work-order-step.ts';

export const workOrderSplitData = workOrderStepData.extend({
  child_id: id,
  child_number: id,
  relation: z.enum(['SPLIT', 'BACK_ORDER']),
  moved_qty: quantity,
});

/** A part of the order became an order of its own; `quantity` is what the old one still stands for. */
export type WorkOrderSplit = z.infer<typeof workOrderSplitData>;

export const workOrderSplit = defineEvent({
  name: 'WorkOrderSplit',
  routingKey: 'mes.work-order.split.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: workOrderSplitData,
});
