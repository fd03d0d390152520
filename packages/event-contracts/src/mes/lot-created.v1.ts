import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { day, id, instant } from '../fields.ts';

export const lotCreatedData = z.object({
  lot_id: id,
  number: id,
  /** A serial-numbered piece is a lot of one. */
  kind: z.enum(['LOT', 'SERIAL']),
  material_id: id,
  unit: id,
  status: z.enum(['AVAILABLE', 'QUARANTINE', 'BLOCKED', 'REJECTED', 'SCRAPPED']),
  expires_on: day.nullable(),
  supplier_id: id.nullable(),
  supplier_lot: id.nullable(),
  gtin: id.nullable(),
  /** The order that makes it. */
  work_order_id: id.nullable(),
  created_by: id,
  at: instant,
});

/** A lot or a serial-numbered piece became known; nothing of it need be on hand yet. */
export type LotCreated = z.infer<typeof lotCreatedData>;

export const lotCreated = defineEvent({
  name: 'LotCreated',
  routingKey: 'mes.lot.created.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: lotCreatedData,
});
