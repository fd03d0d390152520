import type { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { workOrderStepData } from './work-order-step.ts';

export const workOrderStartedData = workOrderStepData;

/** Someone began to work on the order. */
export type WorkOrderStarted = z.infer<typeof workOrderStartedData>;

export const workOrderStarted = defineEvent({
  name: 'WorkOrderStarted',
  routingKey: 'mes.work-order.started.v1',
  version: '1.0',
  data: workOrderStartedData,
});
