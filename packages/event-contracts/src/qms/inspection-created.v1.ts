import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant, quantity } from '../fields.ts';

export const inspectionCreatedData = z.object({
  inspection_id: id,
  number: id,
  kind: id.describe('What is inspected: the first piece, the process, the finished goods, …'),
  work_order_id: id.nullable(),
  operation_id: id.nullable(),
  product_id: id,
  lot_quantity: quantity.nullable(),
  sample_size: quantity.nullable(),
  at: instant,
});

/** An inspection is due; nobody has measured anything yet. */
export type InspectionCreated = z.infer<typeof inspectionCreatedData>;

export const inspectionCreated = defineEvent({
  name: 'InspectionCreated',
  routingKey: 'qms.inspection.created.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: inspectionCreatedData,
});
