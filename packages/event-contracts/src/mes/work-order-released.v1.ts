import type { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { workOrderStepData } from './work-order-step.ts';

export const workOrderReleasedData = workOrderStepData;

/** The order was handed to the floor; its materials and routing are fixed from here on. */
export type WorkOrderReleased = z.infer<typeof workOrderReleasedData>;

export const workOrderReleased = defineEvent({
  name: 'WorkOrderReleased',
  routingKey: 'mes.work-order.released.v1',
  version: '1.0',
  data: workOrderReleasedData,
});
