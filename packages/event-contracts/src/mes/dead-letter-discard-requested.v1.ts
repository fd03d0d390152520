import { type z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { text } from '../fields.ts';
import { deadLetterReplayRequestedData } from './dead-letter-replay-requested.v1.ts';

export const deadLetterDiscardRequestedData = deadLetterReplayRequestedData.extend({
  reason: text.describe('Why the event shall have no effect.'),
});

/** An administrator decided that a dead letter shall have no effect. */
export type DeadLetterDiscardRequested = z.infer<typeof deadLetterDiscardRequestedData>;

export const deadLetterDiscardRequested = defineEvent({
  name: 'DeadLetterDiscardRequested',
  routingKey: 'mes.dead-letter.discard-requested.v1',
  version: '1.0',
  data: deadLetterDiscardRequestedData,
});
