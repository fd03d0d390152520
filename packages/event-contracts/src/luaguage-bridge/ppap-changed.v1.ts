import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { day, id, instant } from '../fields.ts';

export const ppapChangedData = z.object({
  material_id: id,
  status: z.literal(['APPROVED', 'PENDING', 'REJECTED']).describe('Only an APPROVED material may go into new orders.'),
  approved_on: day.nullable().describe('Null unless APPROVED.'),
  owner: id.nullable().describe('The user or department that decides about it.'),
  at: instant.describe('Since when.'),
});

/** The production part approval of a material changed. For all plants of the tenant when the event names none. */
export type PpapChanged = z.infer<typeof ppapChangedData>;

export const ppapChanged = defineEvent({
  name: 'PpapChanged',
  routingKey: 'luaguage-bridge.ppap.changed.v1',
  version: '1.0',
  data: ppapChangedData,
});
