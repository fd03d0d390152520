import { z } from 'zod';
import { id, instant } from '../fields.ts';

/** What every step in the life of an order's operation says. */
export const operationStepData = z.object({
  work_order_id: id,
  operation_id: id,
  sequence: z.number().int(),
  station_id: id.nullable(),
  at: instant,
  by: id,
});
