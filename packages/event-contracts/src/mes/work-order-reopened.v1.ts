import type { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { text } from '../fields.ts';
import { workOrderStepData } from './work-order-step.ts';

export const workOrderReopenedData = workOrderStepData.extend({ reason: text });

/** A completed order goes on: more will be made of it after all. */
export type WorkOrderReopened = z.infer<typeof workOrderReopenedData>;

export const workOrderReopened = defineEvent({
  name: 'WorkOrderReopened',
  routingKey: 'mes.work-order.reopened.v1',
  version: '1.0',
  data: workOrderReopenedData,
});
