import type { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, text } from '../fields.ts';
import { workOrderStepData } from './work-order-step.ts';

export const workOrderHeldData = workOrderStepData.extend({ cause: id, note: text.nullable() });

/** Work on the order stopped for a cause that somebody has to clear. */
export type WorkOrderHeld = z.infer<typeof workOrderHeldData>;

export const workOrderHeld = defineEvent({
  name: 'WorkOrderHeld',
  routingKey: 'mes.work-order.held.v1',
  version: '1.0',
  data: workOrderHeldData,
});
