import type { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { workOrderStepData } from './work-order-step.ts';

export const workOrderResumedData = workOrderStepData;

/** The hold was lifted; the floor may go on. */
export type WorkOrderResumed = z.infer<typeof workOrderResumedData>;

export const workOrderResumed = defineEvent({
  name: 'WorkOrderResumed',
  routingKey: 'mes.work-order.resumed.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: workOrderResumedData,
});
