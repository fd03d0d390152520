import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant, text } from '../fields.ts';

const status = z.enum(['AVAILABLE', 'QUARANTINE', 'BLOCKED', 'REJECTED', 'SCRAPPED']);

export const lotStatusChangedData = z.object({
  lot_id: id,
  number: id,
  material_id: id,
  from: status,
  to: status,
  reason: text.nullable(),
  by: id,
  at: instant,
});

/** It was decided whether a lot may be used. */
export type LotStatusChanged = z.infer<typeof lotStatusChangedData>;

export const lotStatusChanged = defineEvent({
  name: 'LotStatusChanged',
  routingKey: 'mes.lot.status-changed.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: lotStatusChangedData,
});
