import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { day, id, instant } from '../fields.ts';

export const handOverNoteWrittenData = z.object({
  note_id: id,
  station_id: id.nullable(),
  line_id: id.nullable(),
  shift_date: day,
  shift: id,
  next_shift: z
    .object({ shift_date: day, shift: id })
    .nullable()
    .describe('The shift that finds the note on its board'),
  written_by: id,
  at: instant,
});

/** A shift left a note to the next one; the words stay in the plant. */
export type HandOverNoteWritten = z.infer<typeof handOverNoteWrittenData>;

export const handOverNoteWritten = defineEvent({
  name: 'HandOverNoteWritten',
  routingKey: 'mes.hand-over-note.written.v1',
  mayGoUnheard: true,
  version: '1.0',
  data: handOverNoteWrittenData,
});
