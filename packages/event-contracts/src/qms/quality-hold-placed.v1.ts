import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant, text } from '../fields.ts';

export const qualityHoldPlacedData = z.object({
  hold_id: id.describe('Names the hold for good; a hold that was lifted is never placed again.'),
  subjects: z
    .array(
      z.object({
        kind: z.literal(['WORK_ORDER', 'OPERATION', 'LOT', 'PRODUCT', 'STATION']),
        id: id.describe("The subject's id in the graph."),
      }),
    )
    .min(1)
    .max(1_000)
    .describe('All that is held; work on any of them must not begin.'),
  reason: text.describe('What people read.'),
  owner: id.nullable().describe('The user or department that can lift it.'),
  at: instant.describe('Since when.'),
  by: id.describe('The user who placed it, or the system.'),
});

/** Quality stopped work on what it names. */
export type QualityHoldPlaced = z.infer<typeof qualityHoldPlacedData>;

export const qualityHoldPlaced = defineEvent({
  name: 'QualityHoldPlaced',
  routingKey: 'qms.quality-hold.placed.v1',
  version: '1.0',
  data: qualityHoldPlacedData,
});
