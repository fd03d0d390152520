import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { id, instant, text } from '../fields.ts';

export const eventDeadLetteredData = z.object({
  dead_letter_id: id,
  consumer: id.describe('The subgraph and its consumer: qms.inspections.'),
  event_id: id,
  event_type: id,
  routing_key: id,
  aggregate_id: id,
  about: z.record(z.string(), id).describe("The ids in the event's data, by their names: report_id, work_order_id."),
  attempts: z.int().positive(),
  error: text.describe('What the consumer said last.'),
  at: instant,
});

/** A consumer failed an event for good: what should have followed from it has not happened, and somebody has to look. */
export type EventDeadLettered = z.infer<typeof eventDeadLetteredData>;

export const eventDeadLettered = defineEvent({
  name: 'EventDeadLettered',
  routingKey: 'events.event.dead-lettered.v1',
  version: '1.0',
  data: eventDeadLetteredData,
});
