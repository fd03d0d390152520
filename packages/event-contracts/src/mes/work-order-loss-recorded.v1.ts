import type { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { quantity, text } from '../fields.ts';
import { workOrderStepData } from './work-order-step.ts';

export const workOrderLossRecordedData = workOrderStepData.extend({ loss_qty: quantity, note: text.nullable() });

/** Ordered pieces were written off: they will never be made. */
export type WorkOrderLossRecorded = z.infer<typeof workOrderLossRecordedData>;

export const workOrderLossRecorded = defineEvent({
  name: 'WorkOrderLossRecorded',
  routingKey: 'mes.work-order.loss-recorded.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: workOrderLossRecordedData,
});
