import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, text } from '../fields.ts';
import { workOrderStepData } from './work-order-step.ts';

export const workOrderOperationsChangedData = workOrderStepData.extend({
  operation_id: id,
  operation_sequence: z.number().int(),
  operation_name: id,
  change: z.enum(['ADDED', 'SKIPPED', 'REPEATED']),
  order_version: z.number().int(),
  reason: text,
});

/** An operation of a running order was added, skipped or repeated. */
export type WorkOrderOperationsChanged = z.infer<typeof workOrderOperationsChangedData>;

export const workOrderOperationsChanged = defineEvent({
  name: 'WorkOrderOperationsChanged',
  routingKey: 'mes.work-order.operations-changed.v1',
  version: '1.0',
  data: workOrderOperationsChangedData,
});
