import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant, text } from '../fields.ts';

export const bomChangedData = z.object({
  product_id: id,
  bom_version: id,
  usable: z.boolean().describe('False when new orders must not be made by this version: withdrawn, not approved.'),
  reason: text.nullable().describe('Why it may not be used; null when it may.'),
  owner: id.nullable().describe('The user or department that decides about it.'),
  at: instant.describe('Since when.'),
});

/** The ERP changed a version of a bill of materials, or whether it may be used. For all plants of the tenant when the event names none. */
export type BomChanged = z.infer<typeof bomChangedData>;

export const bomChanged = defineEvent({
  name: 'BomChanged',
  routingKey: 'luaguage-bridge.bom.changed.v1',
  version: '1.0',
  data: bomChangedData,
});
