import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant } from '../fields.ts';

export const deadLetterReplayRequestedData = z.object({
  service: id.describe('The subgraph that keeps the letter.'),
  dead_letter_id: id,
  factory_ids: z.array(id).describe('The plants that the user may see: a letter of another one is not touched.'),
  by: id,
  at: instant,
});

/** An administrator wants a dead letter tried again by the consumer that failed it. */
export type DeadLetterReplayRequested = z.infer<typeof deadLetterReplayRequestedData>;

export const deadLetterReplayRequested = defineEvent({
  name: 'DeadLetterReplayRequested',
  routingKey: 'mes.dead-letter.replay-requested.v1',
  version: '1.0',
  data: deadLetterReplayRequestedData,
});
