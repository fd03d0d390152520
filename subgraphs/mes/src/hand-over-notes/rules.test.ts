import { describe, expect, it } from 'vitest';
import { writeNote, type HandOverNote } from './rules.ts';

const note: HandOverNote = {
  id: 'note-1',
  factoryId: 'factory-sh-01',
  place: 'STATION',
  placeId: 'st-1',
  shiftDate: '2026-03-10',
  shift: 'day',
  text: 'Tool 4 runs hot.\nCheck it at 22:00.',
  writtenBy: 'emp-101',
  writtenAt: new Date('2026-03-10T12:00:00Z'),
};
const shifts = [{ name: 'day' }, { name: 'night' }];

describe('a hand-over note', () => {
  it('is kept as it was written', () => {
    expect(writeNote(note, shifts)).toEqual({ ok: true, state: note, events: [] });
  });

  it.each([' ', '', 'x'.repeat(1001), 'nul\u0000'])('refuses the text %j', (text) => {
    expect(writeNote({ ...note, text }, shifts)).toEqual({ ok: false, refusal: 'BAD_TEXT' });
  });

  it('belongs to a shift that the plant has on that day', () => {
    expect(writeNote({ ...note, shift: 'swing' }, shifts)).toEqual({ ok: false, refusal: 'NO_SUCH_SHIFT' });
  });
});
