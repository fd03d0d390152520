import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant, quantity } from '../fields.ts';

export const inspectionCompletedData = z.object({
  inspection_id: id,
  number: id,
  kind: id,
  work_order_id: id.nullable(),
  operation_id: id.nullable(),
  product_id: id,
  result: z.literal(['PASSED', 'FAILED']),
  inspected_qty: quantity.nullable(),
  defect_qty: quantity.nullable(),
  at: instant,
  by: id,
});

/** An inspection has its verdict. */
export type InspectionCompleted = z.infer<typeof inspectionCompletedData>;

export const inspectionCompleted = defineEvent({
  name: 'InspectionCompleted',
  routingKey: 'qms.inspection.completed.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: inspectionCompletedData,
});
