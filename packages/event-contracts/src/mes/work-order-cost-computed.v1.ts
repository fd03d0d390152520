import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { day, id, instant } from '../fields.ts';

/** Money as text, in the currency's own decimal places; a variance may be below zero. */
const money = z.string().regex(/^-?\d{1,24}(\.\d{1,4})?$/, 'must be a decimal written as text');

const breakdown = z.object({
  material: money,
  labour: money,
  machine: money,
  scrap: money.describe('Part of the three others, not added again'),
  total: money,
});

export const workOrderCostComputedData = z.object({
  work_order_id: id,
  version: z.int(),
  currency: id,
  good_qty: z.string().regex(/^-?\d{1,24}(\.\d{1,10})?$/),
  standard: breakdown,
  actual: breakdown,
  variance: money.describe('Actual less standard'),
  rates_valid_from: day,
  rates_source: z.string(),
  incomplete: z.boolean().describe('A rate, a time or a standard was missing, so the sums are too low'),
  computed_at: instant,
});

/** What a completed order cost. No longer told: v2 leaves the amounts where they are encrypted. */
export type WorkOrderCostComputed = z.infer<typeof workOrderCostComputedData>;

export const workOrderCostComputed = defineEvent({
  name: 'WorkOrderCostComputed',
  routingKey: 'mes.work-order.cost-computed.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: workOrderCostComputedData,
});
