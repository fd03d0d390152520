import type { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { text } from '../fields.ts';
import { workOrderStepData } from './work-order-step.ts';

export const workOrderCancelledData = workOrderStepData.extend({ reason: text.nullable() });

/** The order will not be made. */
export type WorkOrderCancelled = z.infer<typeof workOrderCancelledData>;

export const workOrderCancelled = defineEvent({
  name: 'WorkOrderCancelled',
  routingKey: 'mes.work-order.cancelled.v1',
  version: '1.0',
  data: workOrderCancelledData,
});
