import type { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { quantity } from '../fields.ts';
import { workOrderStepData } from './work-order-step.ts';

export const workOrderCompletedData = workOrderStepData.extend({
  good_qty: quantity,
  scrap_qty: quantity,
  rework_qty: quantity,
});

/** All that will be made of the order has been made. */
export type WorkOrderCompleted = z.infer<typeof workOrderCompletedData>;

export const workOrderCompleted = defineEvent({
  name: 'WorkOrderCompleted',
  routingKey: 'mes.work-order.completed.v1',
  version: '1.0',
  data: workOrderCompletedData,
});
