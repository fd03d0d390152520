import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant, text } from '../fields.ts';

export const integrationRecoveredData = z.object({
  interface: id.describe('BOM, PPAP, PERMISSIONS and so on.'),
  state: z.literal('OK'),
  since: instant,
  last_error: text.nullable().describe('What it had said last while it did not work.'),
});

/** An interface of the ERP answers again. */
export type IntegrationRecovered = z.infer<typeof integrationRecoveredData>;

export const integrationRecovered = defineEvent({
  name: 'IntegrationRecovered',
  routingKey: 'luaguage-bridge.integration.recovered.v1',
  version: '1.0',
  data: integrationRecoveredData,
});
