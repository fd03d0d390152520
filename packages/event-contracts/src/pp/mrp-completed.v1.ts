import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, quantity } from '../fields.ts';

export const mrpCompletedData = z.object({
  mrp_run_id: id,
  work_order_id: id,
  suggestions: z.array(z.object({ material_id: id, required_qty: quantity, unit: id })),
});

/** The material needs of a work order were worked out. */
export type MrpCompleted = z.infer<typeof mrpCompletedData>;

export const mrpCompleted = defineEvent({
  name: 'MrpCompleted',
  routingKey: 'pp.mrp.completed.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: mrpCompletedData,
});
