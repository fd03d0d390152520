import type { Context } from '../context.ts';
import { isLabel } from '../text-rules.ts';
import { boardOf, type BoardOf, type ShiftBoard } from './rules.ts';
import { sumLines } from './store.ts';

/** The board as it is now; null when there is no such station for the user. */
export async function readBoard(of: BoardOf, { db, loaders, now }: Context): Promise<ShiftBoard | null> {
  const station = await loaders.station.load(of.stationId);
  if (!station || !isLabel(of.shift)) return null;
  const asOf = now();
  const [calendar, lines] = await Promise.all([loaders.calendar.load(station.factoryId), sumLines(db, of)]);
  const runs = calendar?.occurrencesOn(of.shiftDate).find(({ name }) => name === of.shift) ?? null;
  return boardOf(of, runs, lines, asOf);
}
