/** The shifts of a plant in instants. Pure: the caller brings the patterns, the exceptions and the instant. */
import { Temporal } from 'temporal-polyfill';
import { runsOvernight, shiftsOn, type ShiftDefinition, type ShiftPattern } from './pattern-rules.ts';

export type { ShiftDefinition, ShiftPattern } from './pattern-rules.ts';

export type ExceptionKind = 'HOLIDAY' | 'EXTRA_SHIFT' | 'CHANGED_SHIFTS';

export type CalendarException = Readonly<{
  id: string;
  name: string;
  kind: ExceptionKind;
  /** First and last day. */
  from: string;
  to: string;
  /** None on a holiday; instead of the pattern's when they changed; beside them when they are extra. */
  shifts: readonly ShiftDefinition[];
}>;

export type PlantDays = Readonly<{
  factoryId: string;
  timeZone: string;
  patterns: readonly ShiftPattern[];
  exceptions: readonly CalendarException[];
}>;

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
  /** What makes a day differ from the pattern. */
  exceptionsOn(day: string): readonly CalendarException[];
  /** Exceptions that touch the days from one to another, both included. */
  exceptionsWithin(from: string, to: string): readonly CalendarException[];
}>;

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_REMEMBERED_DAYS = 4_000;

/** The shifts that start on a day by pattern and exceptions, in order of their start; each with the exception it is extra by. */
export function shiftsStarting(plant: PlantDays, day: string): (Shift & { extra: string | null })[] {
  const date = Temporal.PlainDate.from(day);
  const exceptions = exceptionsWithin(plant, day, day);
  const instead = exceptions.find(replaces);
  const pattern = patternOn(plant, day);
  const usual = instead ? instead.shifts : pattern ? shiftsOn(pattern, date) : [];
  const definitions = [
    ...usual.map((shift) => ({ shift, extra: null })),
    ...exceptions
      .filter((it) => !replaces(it))
      .flatMap(({ id, shifts }) => shifts.map((shift) => ({ shift, extra: id }))),
  ];
  return definitions
    .map(({ shift, extra }) => ({
      factoryId: plant.factoryId,
      shiftDate: day,
      name: shift.name,
      startsAt: instantOf(date, shift.startsAt, plant.timeZone),
      endsAt: instantOf(runsOvernight(shift) ? date.add({ days: 1 }) : date, shift.endsAt, plant.timeZone),
      extra,
    }))
    .sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
}

/** Extra shifts run beside those of the day; any other exception takes their place. */
export const replaces = ({ kind }: CalendarException): boolean => kind !== 'EXTRA_SHIFT';

const exceptionsWithin = ({ exceptions }: PlantDays, first: string, last: string) =>
  exceptions.filter(({ from, to }) => from <= last && first <= to);

function patternOn({ patterns }: PlantDays, day: string): ShiftPattern | null {
  const held = patterns.filter(({ validFrom }) => validFrom <= day);
  return held.reduce<ShiftPattern | null>(
    (newest, it) => (newest && newest.validFrom > it.validFrom ? newest : it),
    null,
  );
}

/** The calendar of a plant. Days are computed once, so keep a calendar as long as its version holds. */
export function plantCalendar(plant: PlantDays & { version: number }): PlantCalendar {
  const known = new Map<string, readonly Shift[]>();

  function occurrencesOn(day: string): readonly Shift[] {
    // Years beyond 9999 are written with a sign.
    if (!/^\d/.test(day)) return [];
    const remembered = known.get(day);
    if (remembered) return remembered;
    const starting = shiftsStarting(plant, day);
    // Where the next day's shifts are not the pattern's, the last night ends when the first of them starts.
    const next = shiftsStarting(plant, Temporal.PlainDate.from(day).add({ days: 1 }).toString())[0];
    const shifts = starting
      .map(({ extra: _extra, ...shift }, at) => {
        const limit = (starting[at + 1] ?? next)?.startsAt;
        return limit && shift.endsAt > limit ? { ...shift, endsAt: limit } : shift;
      })
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
  return {
    factoryId,
    version,
    occurrencesOn,
    occurrenceAt,
    occurrencesTouching,
    occurrenceOfWork,
    patternOn: (day) => patternOn(plant, day),
    exceptionsOn: (day) => exceptionsWithin(plant, day, day),
    exceptionsWithin: (from, to) => exceptionsWithin(plant, from, to),
  };
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
