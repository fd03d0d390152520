import { z } from 'zod';
import { id, instant, quantity } from '../fields.ts';

/** What every later step in a work order's life says. */
export const workOrderStepData = z.object({
  work_order_id: id,
  number: id,
  product_id: id,
  quantity,
  at: instant,
  by: id,
});
