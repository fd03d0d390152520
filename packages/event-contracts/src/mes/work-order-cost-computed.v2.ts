import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { day, id, instant } from '../fields.ts';

export const workOrderCostComputedData = z.object({
  work_order_id: id,
  version: z.int(),
  currency: id,
  rates_valid_from: day,
  rates_source: z.string(),
  incomplete: z.boolean().describe('A rate, a time or a standard was missing, so the sums are too low'),
  computed_at: instant,
});

/**
 * That there is a new cost of a completed order. The amounts stay where they are encrypted: whoever may see them asks
 * the graph for WorkOrder.cost.
 */
export type WorkOrderCostComputed = z.infer<typeof workOrderCostComputedData>;

export const workOrderCostComputed = defineEvent({
  name: 'WorkOrderCostComputed',
  routingKey: 'mes.work-order.cost-computed.v2',
  mayGoUnheard: true,
  version: '2.0',
  data: workOrderCostComputedData,
});
