/** Shift patterns of a plant and the occurrences they give. Pure: the caller brings the patterns and the instant. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Temporal } from 'temporal-polyfill';
import { isLabel } from '../text-rules.ts';

export type ShiftDefinition = Readonly<{ name: string; startsAt: string; endsAt: string }>;

/** Holds from a day on, until a later pattern does. */
export type ShiftPattern = Readonly<{ id: string; validFrom: string; shifts: readonly ShiftDefinition[] }>;

/** One shift of one day: half-open, so an instant belongs to one shift only. */
export type Shift = Readonly<{ factoryId: string; shiftDate: string; name: string; startsAt: Date; endsAt: Date }>;

export type PlantCalendar = Readonly<{
  factoryId: string;
  version: number;
  /** The shifts that start on a day, in order of their start. */
  occurrencesOn(day: string): readonly Shift[];
  /** The shift that an instant falls into. */
  occurrenceAt(instant: Date): Shift | null;
  /** Every shift that the half-open interval touches; an empty interval touches the shift that it falls into. */
  occurrencesTouching(from: Date, to: Date): readonly Shift[];
  /** The shift that work belongs to which ended at an instant. */
  occurrenceOfWork(startedAt: Date | null, endedAt: Date): Shift | null;
  patternOn(day: string): ShiftPattern | null;
}>;

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_SHIFTS = 6;
const MAX_REMEMBERED_DAYS = 4_000;

export function definePattern(
  pattern: ShiftPattern,
): Decision<ShiftPattern, never, 'NO_SHIFTS' | 'BAD_NAME' | 'BAD_TIME' | 'OVERLAP'> {
  const { shifts } = pattern;
  if (shifts.length < 1 || shifts.length > MAX_SHIFTS) return refuse('NO_SHIFTS');
  if (!shifts.every(({ name }) => isLabel(name))) return refuse('BAD_NAME');
  if (new Set(shifts.map(({ name }) => name)).size < shifts.length) return refuse('BAD_NAME');
  if (!shifts.every(({ startsAt, endsAt }) => isTime(startsAt) && isTime(endsAt))) return refuse('BAD_TIME');
  return overlap(shifts) ? refuse('OVERLAP') : accept(pattern);
}

const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);

const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

const runsOvernight = ({ startsAt, endsAt }: ShiftDefinition): boolean => minutes(endsAt) <= minutes(startsAt);

/** In order of their start, each must end before the next starts; the last one before the first of the next day. */
function overlap(shifts: readonly ShiftDefinition[]): boolean {
  const sorted = [...shifts].sort((a, b) => minutes(a.startsAt) - minutes(b.startsAt));
  return sorted.some((shift, at) => {
    const following = sorted[at + 1];
    const limit = following ? minutes(following.startsAt) : minutes(sorted[0]!.startsAt) + 24 * 60;
    return minutes(shift.endsAt) + (runsOvernight(shift) ? 24 * 60 : 0) > limit;
  });
}

/** The shifts of a plant in instants. Days are computed once, so keep a calendar as long as its version holds. */
export function plantCalendar(plant: {
  factoryId: string;
  version: number;
  timeZone: string;
  patterns: readonly ShiftPattern[];
}): PlantCalendar {
  const patterns = [...plant.patterns].sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1));
  const known = new Map<string, readonly Shift[]>();

  const patternOn = (day: string) => patterns.find(({ validFrom }) => validFrom <= day) ?? null;

  function starting(day: string): Shift[] {
    const date = Temporal.PlainDate.from(day);
    const shifts = (patternOn(day)?.shifts ?? []).map((shift) => ({
      factoryId: plant.factoryId,
      shiftDate: day,
      name: shift.name,
      startsAt: instantOf(date, shift.startsAt, plant.timeZone),
      endsAt: instantOf(runsOvernight(shift) ? date.add({ days: 1 }) : date, shift.endsAt, plant.timeZone),
    }));
    return shifts.sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
  }

  function occurrencesOn(day: string): readonly Shift[] {
    const remembered = known.get(day);
    if (remembered) return remembered;
    // When a new pattern begins, the last night of the old one ends where the new one's first shift starts.
    const next = Temporal.PlainDate.from(day).add({ days: 1 }).toString();
    const limit = patternOn(next) === patternOn(day) ? undefined : starting(next)[0]?.startsAt;
    const shifts = starting(day)
      .map((shift) => (limit && shift.endsAt > limit ? { ...shift, endsAt: limit } : shift))
      // A shift that lies in the hour which a clock change skips does not happen on that day.
      .filter((shift) => shift.startsAt < shift.endsAt);
    if (known.size >= MAX_REMEMBERED_DAYS) known.clear();
    known.set(day, shifts);
    return shifts;
  }

  /** Plant days differ from UTC days by less than one; a shift lasts at most into the next day. */
  function* around(from: Date, to: Date): Generator<Shift> {
    for (let at = from.getTime() - 2 * DAY_MS; at < to.getTime() + 2 * DAY_MS; at += DAY_MS) {
      yield* occurrencesOn(new Date(at).toISOString().slice(0, 10));
    }
  }

  function occurrenceAt(instant: Date): Shift | null {
    for (const shift of around(instant, instant)) {
      if (shift.startsAt <= instant && instant < shift.endsAt) return shift;
    }
    return null;
  }

  function occurrencesTouching(from: Date, to: Date): readonly Shift[] {
    if (from.getTime() === to.getTime()) {
      const shift = occurrenceAt(from);
      return shift ? [shift] : [];
    }
    return [...around(from, to)].filter((shift) => shift.startsAt < to && from < shift.endsAt);
  }

  // Work that ends just when its shift does was made in that shift, although the instant already belongs to the next.
  function occurrenceOfWork(startedAt: Date | null, endedAt: Date): Shift | null {
    if (startedAt && startedAt < endedAt) {
      for (const shift of around(endedAt, endedAt)) {
        if (shift.startsAt < endedAt && shift.endsAt.getTime() === endedAt.getTime()) return shift;
      }
    }
    return occurrenceAt(endedAt);
  }

  const { factoryId, version } = plant;
  return { factoryId, version, occurrencesOn, occurrenceAt, occurrencesTouching, occurrenceOfWork, patternOn };
}

/**
 * A plant time as an instant, never running backwards: a time that a clock change skips is the instant of the change,
 * and one that happens twice is the first of the two.
 */
function instantOf(date: Temporal.PlainDate, time: string, timeZone: string): Date {
  const local = date.toPlainDateTime(Temporal.PlainTime.from(time));
  const zoned = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  const skipped = !zoned.toPlainDateTime().equals(local);
  const actual = skipped ? (zoned.getTimeZoneTransition('next') ?? zoned) : zoned;
  return new Date(actual.epochMilliseconds);
}
