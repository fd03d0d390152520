import type { Vault } from '@enghub/encryption/vault';
import type { Db } from '../database.ts';
import { encryptedColumns } from '../encrypted-columns.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { HandOverNote } from './rules.ts';

export async function insertNote(tx: Db, vault: Vault, tenantId: string, note: HandOverNote): Promise<void> {
  const text = await vault.seal(encryptedColumns.noteText, [note.id], note.text);
  await tx.handOverNote.createMany({ data: [{ ...note, text, tenantId, shiftDate: new Date(note.shiftDate) }] });
}

export async function findNote(db: Db, vault: Vault, id: string): Promise<HandOverNote | null> {
  const row = await db.handOverNote.findFirst({ where: { id } });
  return row && toNote(row, vault);
}

const MOST = 50;

/** Notes of places in shifts, latest first; of each place in each shift the latest 50. */
export async function notesOf(
  db: Db,
  vault: Vault,
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
  return Promise.all(rows.map((row) => toNote(row, vault)));
}

const toNote = async (row: Prisma.HandOverNoteModel, vault: Vault): Promise<HandOverNote> => ({
  id: row.id,
  factoryId: row.factoryId,
  place: row.place as HandOverNote['place'],
  placeId: row.placeId,
  shiftDate: row.shiftDate.toISOString().slice(0, 10),
  shift: row.shift,
  text: await vault.open(encryptedColumns.noteText, [row.id], row.text),
  writtenBy: row.writtenBy,
  writtenAt: row.writtenAt,
});
