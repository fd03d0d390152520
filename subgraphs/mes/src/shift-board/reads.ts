import type { Context } from '../context.ts';
import { notesOf, type HandOverNote } from '../hand-over-notes/commands.ts';
import type { Station } from '../stations/commands.ts';
import type { Interval, Occurrence } from './hour-rules.ts';
import * as hours from './hour-rules.ts';
import { shiftBefore, type LineSums, type ShiftOf } from './rules.ts';
import * as store from './store.ts';

/**
 * What boards of the same stations in the same shift show, each read once for all of them and only when it is asked for:
 * a line's board costs as many statements as a station's.
 */
export type BoardReads = Readonly<{
  stations: readonly Station[];
  runs: Occurrence | null;
  asOf: Date;
  hours: readonly Interval[];
  lines: () => Promise<readonly LineSums[]>;
  made: () => Promise<readonly store.HourSums[]>;
  work: () => Promise<readonly hours.StationWork[]>;
  /** Operations whose pieces leave the stations. */
  outputs: () => Promise<ReadonlySet<string>>;
  targets: () => Promise<ReadonlyMap<string, string>>;
  gaps: () => Promise<readonly store.Gap[]>;
  scrap: () => Promise<readonly store.ScrapSums[]>;
  jobs: () => Promise<readonly store.RunningJob[]>;
  notes: () => Promise<Readonly<{ current: readonly HandOverNote[]; previous: readonly HandOverNote[] }>>;
}>;

const DAYS_BACK = 14;
const DAY_MS = 24 * 60 * 60 * 1000;

export async function openReads(
  of: ShiftOf & Readonly<{ factoryId: string; lineId: string | null }>,
  stations: readonly Station[],
  { readDb: db, loaders, now, vault }: Context,
): Promise<BoardReads> {
  const asOf = now();
  const { shiftDate, shift, lineId } = of;
  const stationIds = stations.map(({ id }) => id);
  const scope = { shiftDate, shift, stationIds };
  const calendar = await loaders.calendar.load(of.factoryId);
  const runs = calendar?.occurrencesOn(shiftDate).find(({ name }) => name === shift) ?? null;
  const none = stationIds.length === 0;

  const lines = once(async () => (none ? [] : store.sumLines(db, scope)));
  const made = once(async () => (runs && !none ? store.sumHours(db, scope, runs) : []));
  const work = once(async () => (runs && !none ? store.findWork(db, scope, runs, await made()) : []));
  const placeIds = [...stationIds, ...(lineId === null ? [] : [lineId])];
  return {
    stations,
    runs,
    asOf,
    hours: runs ? hours.hoursOf(runs) : [],
    lines,
    made,
    work,
    outputs: once(async () => {
      const operations = new Set([...(await lines()), ...(await work())].map(({ operationId }) => operationId));
      return store.findOutputs(db, stationIds, [...operations]);
    }),
    targets: once(async () => {
      const targets = await store.findTargets(db, placeIds, of);
      return new Map(targets.map(({ placeId, quantity }) => [placeId, quantity]));
    }),
    gaps: once(async () => {
      if (!runs || none) return [];
      return store.findGaps(db, scope, runs.startsAt, asOf < runs.endsAt ? asOf : runs.endsAt);
    }),
    scrap: once(async () => (none ? [] : store.sumScrap(db, scope))),
    // Jobs say who works now; what was worked on in a shift that is over, its reports say.
    jobs: once(async () => {
      const isNow = runs !== null && runs.startsAt <= asOf && asOf < runs.endsAt;
      return isNow && !none ? store.findJobs(db, stationIds, asOf) : [];
    }),
    notes: once(async () => {
      const before =
        runs && calendar ? shiftBefore(runs.startsAt, daysBefore(shiftDate).flatMap(calendar.occurrencesOn)) : null;
      const previous = before ? { shiftDate: before.shiftDate, shift: before.name } : null;
      const notes = await notesOf(db, vault, placeIds, previous ? [of, previous] : [of]);
      const isOf = (note: HandOverNote, other: ShiftOf) =>
        note.shiftDate === other.shiftDate && note.shift === other.shift;
      return {
        current: notes.filter((note) => isOf(note, of)),
        previous: previous ? notes.filter((note) => isOf(note, previous)) : [],
      };
    }),
  };
}

/** The day itself and those before it, as far back as a plant may have rested. */
function daysBefore(day: string): string[] {
  const from = Date.parse(day);
  return Array.from({ length: DAYS_BACK + 1 }, (_, back) => new Date(from - back * DAY_MS).toISOString().slice(0, 10));
}

function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => (value ??= read());
}
