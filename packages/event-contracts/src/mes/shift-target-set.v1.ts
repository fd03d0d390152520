import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { day, id, instant, quantity } from '../fields.ts';

export const shiftTargetSetData = z.object({
  station_id: id.nullable(),
  line_id: id.nullable(),
  shift_date: day,
  shift: id,
  quantity: quantity.nullable().describe('Good pieces to make; null when the standard times make the plan again'),
  set_by: id,
  at: instant,
});

/** Somebody decided what a station or a line is to make in a shift. */
export type ShiftTargetSet = z.infer<typeof shiftTargetSetData>;

export const shiftTargetSet = defineEvent({
  name: 'ShiftTargetSet',
  routingKey: 'mes.shift-target.set.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: shiftTargetSetData,
});
