import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant, text } from '../fields.ts';

export const qualityHoldLiftedData = z.object({
  hold_id: id.describe('The hold that is over, with all its subjects.'),
  reason: text.nullable().describe('Why it could be lifted.'),
  at: instant,
  by: id.describe('The user who lifted it, or the system.'),
});

/** A quality hold is over. */
export type QualityHoldLifted = z.infer<typeof qualityHoldLiftedData>;

export const qualityHoldLifted = defineEvent({
  name: 'QualityHoldLifted',
  routingKey: 'qms.quality-hold.lifted.v1',
  version: '1.0',
  data: qualityHoldLiftedData,
});
