import { fact } from '@enghub/event-contracts/fact';
import { handOverNoteWritten } from '@enghub/event-contracts/mes/hand-over-note-written.v1';
import { audit } from '@enghub/subgraph-kit/audit';
import { refuse, type Decision, type Refused } from '@enghub/subgraph-kit/decision';
import { newId } from '@enghub/subgraph-kit/ids';
import { publish } from '@enghub/subgraph-kit/publish';
import { answerRequest, bookRequest, forgetRequest } from '@enghub/subgraph-kit/requests';
import type { Context } from '../context.ts';
import { isLabel } from '../text-rules.ts';
import * as rules from './rules.ts';
import type { HandOverNote } from './rules.ts';
import * as store from './store.ts';

export type { HandOverNote } from './rules.ts';

export type NoteInput = Readonly<{
  requestId: string;
  stationId?: string | null | undefined;
  lineId?: string | null | undefined;
  shiftDate: string;
  shift: string;
  text: string;
}>;

export type NoteRefusal = 'PLACE_NOT_FOUND' | 'NO_SUCH_SHIFT' | 'BAD_TEXT' | 'BAD_REQUEST_ID' | 'REQUEST_ID_REUSED';

type Outcome = Decision<Readonly<{ note: HandOverNote; replayed: boolean }>, never, NoteRefusal>;

export async function writeHandOverNote(input: NoteInput, context: Context): Promise<Outcome> {
  const { requestId, ...body } = input;
  const { claims, transaction, vault } = context;
  if (!isLabel(requestId)) return refuse('BAD_REQUEST_ID');
  return transaction(async (tx) => {
    const request = { requestId, command: 'writeHandOverNote', body };
    const booked = await bookRequest<{ noteId: string }>(tx, claims, request);
    if (booked.kind === 'reused') return refuse('REQUEST_ID_REUSED');
    if (booked.kind === 'replayed') {
      const note = await store.findNote(tx, vault, booked.answer.noteId);
      // The plant may have left the user's list since.
      return note ? written(note, true) : refuse('PLACE_NOT_FOUND');
    }
    const decision = await decide(input, context);
    if (!decision.ok) {
      await forgetRequest(tx, claims, requestId);
      return decision;
    }

    const note = decision.state;
    await store.insertNote(tx, vault, claims.tenantId, note);
    const { id, factoryId, place, placeId, shiftDate, shift, writtenBy, writtenAt } = note;
    await audit(tx, context, {
      command: 'writeHandOverNote',
      factoryId,
      entity: 'HandOverNote',
      entityId: id,
      before: null,
      // Not the words: they are encrypted in the note, which nobody can change.
      after: { place, placeId, shiftDate, shift },
    });
    const data = {
      note_id: id,
      station_id: place === 'STATION' ? placeId : null,
      line_id: place === 'LINE' ? placeId : null,
      shift_date: shiftDate,
      shift,
      next_shift: await nextShift(note, context),
      written_by: writtenBy,
      at: writtenAt.toISOString(),
    };
    await publish(tx, context, { factoryId, aggregateId: placeId }, [fact(handOverNoteWritten, data)]);
    await answerRequest(tx, claims, requestId, { noteId: id });
    return written(note, false);
  });
}

async function decide(
  { stationId, lineId, shiftDate, shift, text }: NoteInput,
  { claims, loaders, now }: Context,
): Promise<Decision<HandOverNote, never, NoteRefusal> | Refused<'PLACE_NOT_FOUND'>> {
  if ((stationId == null) === (lineId == null)) return refuse('PLACE_NOT_FOUND');
  const found = stationId != null ? await loaders.station.load(stationId) : await loaders.line.load(lineId!);
  if (!found) return refuse('PLACE_NOT_FOUND');
  const calendar = await loaders.calendar.load(found.factoryId);
  const note: HandOverNote = {
    id: newId(),
    factoryId: found.factoryId,
    place: stationId != null ? 'STATION' : 'LINE',
    placeId: found.id,
    shiftDate,
    shift,
    text,
    writtenBy: claims.userId,
    writtenAt: now(),
  };
  return rules.writeNote(note, calendar?.occurrencesOn(shiftDate) ?? []);
}

const DAYS_AHEAD = 14;
const DAY_MS = 24 * 60 * 60 * 1000;

async function nextShift({ factoryId, shiftDate, shift }: HandOverNote, { loaders }: Context) {
  const calendar = await loaders.calendar.load(factoryId);
  const days = Array.from({ length: DAYS_AHEAD + 1 }, (_, ahead) =>
    new Date(Date.parse(shiftDate) + ahead * DAY_MS).toISOString().slice(0, 10),
  );
  const following = rules.shiftAfter(
    { shiftDate, name: shift },
    days.flatMap((day) => calendar?.occurrencesOn(day) ?? []),
  );
  return following && { shift_date: following.shiftDate, shift: following.name };
}

const written = (note: HandOverNote, replayed: boolean): Outcome => ({
  ok: true,
  state: { note, replayed },
  events: [],
});

/** For boards: notes of places in shifts, latest first; of each place in each shift the latest 50. */
export const notesOf = store.notesOf;
