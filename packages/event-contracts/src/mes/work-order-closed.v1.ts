import type { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { workOrderStepData } from './work-order-step.ts';

export const workOrderClosedData = workOrderStepData;

/** The books of the order are shut; nothing more is reported on it. */
export type WorkOrderClosed = z.infer<typeof workOrderClosedData>;

export const workOrderClosed = defineEvent({
  name: 'WorkOrderClosed',
  routingKey: 'mes.work-order.closed.v1',
  version: '1.0',
  data: workOrderClosedData,
});
