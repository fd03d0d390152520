import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant, quantity, text } from '../fields.ts';

export const stockMovedData = z.object({
  work_order_id: id.nullable().describe('The order that it was moved for'),
  reason: text.nullable(),
  reference: id.nullable().describe('Delivery note, shipment or count sheet'),
  rows: z
    .array(
      z.object({
        movement_id: id.describe('Rows of one movement share it: out of one place, into another'),
        kind: z.enum([
          'RECEIVE',
          'ISSUE',
          'CONSUME',
          'PRODUCE',
          'RETURN',
          'TRANSFER',
          'SCRAP',
          'ADJUST',
          'RECLASSIFY',
          'SHIP',
        ]),
        material_id: id,
        lot_id: id.nullable(),
        location_id: id,
        direction: z.enum(['IN', 'OUT']),
        quantity,
      }),
    )
    .min(1),
  at: instant,
  by: id,
});

/** Somebody moved stock. What production reports take from the line side is not told: the report is. */
export type StockMoved = z.infer<typeof stockMovedData>;

export const stockMoved = defineEvent({
  name: 'StockMoved',
  routingKey: 'mes.stock.moved.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: stockMovedData,
});
