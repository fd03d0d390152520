import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { HandOverNote } from './rules.ts';

export async function insertNote(tx: Db, tenantId: string, note: HandOverNote): Promise<void> {
  await tx.handOverNote.createMany({ data: [{ ...note, tenantId, shiftDate: new Date(note.shiftDate) }] });
}

export async function findNote(db: Db, id: string): Promise<HandOverNote | null> {
  const row = await db.handOverNote.findFirst({ where: { id } });
  return row && toNote(row);
}

const MOST = 50;

/** Notes of places in shifts, latest first; of each place in each shift the latest 50. */
export async function notesOf(
  db: Db,
  placeIds: readonly string[],
  shifts: readonly Readonly<{ shiftDate: string; shift: string }>[],
): Promise<HandOverNote[]> {
  const days = shifts.map(({ shiftDate }) => shiftDate);
  const names = shifts.map(({ shift }) => shift);
  const found = await db.$queryRaw<{ id: string }[]>`
    SELECT note.id::text AS id
      FROM unnest(${[...placeIds]}::uuid[]) AS place(id)
           CROSS JOIN unnest(${days}::text[], ${names}::text[]) AS of(day, shift),
           LATERAL (SELECT n.id FROM hand_over_notes n
                     WHERE n.place_id = place.id AND n.shift_date = of.day::date AND n.shift = of.shift
                     ORDER BY n.written_at DESC, n.id DESC LIMIT ${MOST}) AS note`;
  if (found.length === 0) return [];
  const rows = await db.handOverNote.findMany({
    where: { id: { in: found.map(({ id }) => id) } },
    orderBy: [{ writtenAt: 'desc' }, { id: 'desc' }],
  });
  return rows.map(toNote);
}

const toNote = (row: Prisma.HandOverNoteModel): HandOverNote => ({
  id: row.id,
  factoryId: row.factoryId,
  place: row.place as HandOverNote['place'],
  placeId: row.placeId,
  shiftDate: row.shiftDate.toISOString().slice(0, 10),
  shift: row.shift,
  text: row.text,
  writtenBy: row.writtenBy,
  writtenAt: row.writtenAt,
});
