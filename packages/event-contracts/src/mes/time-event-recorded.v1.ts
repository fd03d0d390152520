import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { day, id, instant, shiftOccurrence } from '../fields.ts';

export const timeEventRecordedData = z.object({
  time_event_id: id,
  work_order_id: id.nullable(),
  operation_id: id.nullable(),
  kind: z.literal(['SETUP', 'RUN', 'BREAK']),
  station_id: id,
  operator_id: id,
  started_at: instant,
  ended_at: instant,
  shift_date: day,
  shift: id,
  shift_occurrences: z.array(shiftOccurrence).describe('Every shift that the interval touches'),
});

/** An operator spent time at a station: setting up, running or resting. */
export type TimeEventRecorded = z.infer<typeof timeEventRecordedData>;

export const timeEventRecorded = defineEvent({
  name: 'TimeEventRecorded',
  routingKey: 'mes.time-event.recorded.v1',
  version: '1.0',
  data: timeEventRecordedData,
});
