/** What may be handed over in words. Pure: the caller brings the clock and the plant's calendar. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isNote } from '../text-rules.ts';

export type HandOverNote = Readonly<{
  id: string;
  factoryId: string;
  place: 'STATION' | 'LINE';
  placeId: string;
  shiftDate: string;
  shift: string;
  text: string;
  writtenBy: string;
  writtenAt: Date;
}>;

type Occurrence = Readonly<{ shiftDate: string; name: string; startsAt: Date }>;

/** The shift that follows; null when there is none among them. */
export function shiftAfter<Shift extends Occurrence>(
  { shiftDate, name }: Pick<Occurrence, 'shiftDate' | 'name'>,
  occurrences: readonly Shift[],
): Shift | null {
  const own = occurrences.find((it) => it.shiftDate === shiftDate && it.name === name);
  const later = occurrences.filter((it) => own && it.startsAt > own.startsAt);
  return later.reduce<Shift | null>((first, it) => (first && first.startsAt <= it.startsAt ? first : it), null);
}

/** A note may be written before, in and after its shift, if the plant has that shift. */
export function writeNote(
  note: HandOverNote,
  occurrences: readonly Readonly<{ name: string }>[],
): Decision<HandOverNote, never, 'BAD_TEXT' | 'NO_SUCH_SHIFT'> {
  if (note.text.trim() === '' || !isNote(note.text)) return refuse('BAD_TEXT');
  return occurrences.some(({ name }) => name === note.shift) ? accept(note) : refuse('NO_SUCH_SHIFT');
}
