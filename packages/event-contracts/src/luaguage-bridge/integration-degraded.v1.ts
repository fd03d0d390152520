import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant, text } from '../fields.ts';

export const integrationDegradedData = z.object({
  interface: id.describe('BOM, PPAP, PERMISSIONS and so on.'),
  state: z.literal('DEGRADED'),
  since: instant,
  last_error: text.nullable().describe('What it said last, without secrets.'),
});

/** An interface of the ERP gives no usable answers; the plant goes on with what is known. */
export type IntegrationDegraded = z.infer<typeof integrationDegradedData>;

export const integrationDegraded = defineEvent({
  name: 'IntegrationDegraded',
  routingKey: 'luaguage-bridge.integration.degraded.v1',
  version: '1.0',
  data: integrationDegradedData,
});
