import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant, text } from '../fields.ts';

export const deadLetterResolvedData = z.object({
  dead_letter_id: id,
  consumer: id,
  event_id: id,
  event_type: id,
  routing_key: id,
  aggregate_id: id,
  outcome: z.enum(['REPLAYED', 'DISCARDED']).describe('Whether what should have followed has happened, or never will.'),
  by: id.nullable().describe('Who asked for it.'),
  reason: text.nullable().describe('Why it was discarded.'),
  at: instant,
});

/** A dead letter is settled: the event was applied after all, or somebody decided that it shall have no effect. */
export type DeadLetterResolved = z.infer<typeof deadLetterResolvedData>;

export const deadLetterResolved = defineEvent({
  name: 'DeadLetterResolved',
  routingKey: 'events.dead-letter.resolved.v1',
  version: '1.0',
  data: deadLetterResolvedData,
});
