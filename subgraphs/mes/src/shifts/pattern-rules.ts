/** Shift patterns: which shifts a plant works on which days. Pure. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Temporal } from 'temporal-polyfill';
import { isLabel } from '../text-rules.ts';

export type ShiftDefinition = Readonly<{
  name: string;
  startsAt: string;
  endsAt: string;
  /** 1 is Monday, 7 Sunday; left out: every day. */
  weekdays?: readonly number[] | null | undefined;
  /** Days of the pattern's cycle, from 1 on; left out: all of them. */
  cycleDays?: readonly number[] | null | undefined;
}>;

/** Holds from a day on, until a later pattern does. */
export type ShiftPattern = Readonly<{
  id: string;
  validFrom: string;
  shifts: readonly ShiftDefinition[];
  /** Days after which the pattern comes again; validFrom is day 1. */
  cycleLength?: number | null | undefined;
}>;

export type PatternRefusal = 'NO_SHIFTS' | 'BAD_NAME' | 'BAD_TIME' | 'BAD_DAYS' | 'OVERLAP';

const MAX_SHIFTS_A_DAY = 6;
const MAX_CYCLE = 56;
const DAY_MINUTES = 24 * 60;

export function definePattern(wanted: ShiftPattern): Decision<ShiftPattern, never, PatternRefusal> {
  const { shifts, cycleLength = null } = wanted;
  if (shifts.length < 1 || shifts.length > 7 * MAX_SHIFTS_A_DAY) return refuse('NO_SHIFTS');
  if (cycleLength !== null && (cycleLength < 2 || cycleLength > MAX_CYCLE)) return refuse('BAD_DAYS');
  if (!shifts.every((shift) => hasGoodDays(shift, cycleLength))) return refuse('BAD_DAYS');
  const pattern = { ...wanted, cycleLength, shifts: shifts.map((shift) => canonical(shift, cycleLength)) };
  const refusal = refuseShifts(daysOf(pattern));
  return refusal ? refuse(refusal) : accept(pattern);
}

/** The shifts of days that follow one another and come again after the last: none may reach into another. */
export function refuseShifts(
  days: readonly (readonly ShiftDefinition[])[],
): Exclude<PatternRefusal, 'BAD_DAYS'> | null {
  for (const shifts of days) {
    if (shifts.length > MAX_SHIFTS_A_DAY) return 'NO_SHIFTS';
    if (!shifts.every(({ name }) => isLabel(name))) return 'BAD_NAME';
    if (new Set(shifts.map(({ name }) => name)).size < shifts.length) return 'BAD_NAME';
    if (!shifts.every(({ startsAt, endsAt }) => isTime(startsAt) && isTime(endsAt))) return 'BAD_TIME';
  }
  return days.some((shifts, at) => overlap(shifts, days[(at + 1) % days.length]!)) ? 'OVERLAP' : null;
}

export const shiftsOn = (pattern: ShiftPattern, date: Temporal.PlainDate): readonly ShiftDefinition[] =>
  pattern.shifts.filter(
    ({ weekdays, cycleDays }) =>
      (!weekdays || weekdays.includes(date.dayOfWeek)) && (!cycleDays || cycleDays.includes(cycleDayOf(pattern, date))),
  );

export const runsOvernight = ({ startsAt, endsAt }: ShiftDefinition): boolean => minutes(endsAt) <= minutes(startsAt);

function cycleDayOf({ validFrom, cycleLength }: ShiftPattern, date: Temporal.PlainDate): number {
  const length = cycleLength ?? 1;
  return (((Temporal.PlainDate.from(validFrom).until(date).days % length) + length) % length) + 1;
}

/** One turn of the pattern: weekdays and cycle meet in the same way again after it. */
function daysOf(pattern: ShiftPattern): (readonly ShiftDefinition[])[] {
  const first = Temporal.PlainDate.from(pattern.validFrom);
  const weekly = pattern.shifts.some(({ weekdays }) => weekdays);
  const length = (weekly ? 7 : 1) * (pattern.cycleLength ?? 1);
  return Array.from({ length }, (_, days) => shiftsOn(pattern, first.add({ days })));
}

function hasGoodDays({ weekdays, cycleDays }: ShiftDefinition, cycleLength: number | null): boolean {
  if (cycleDays && cycleLength === null) return false;
  const within = (days: readonly number[] | null | undefined, length: number) =>
    !days || (days.length > 0 && days.every((day) => day >= 1 && day <= length));
  return within(weekdays, 7) && within(cycleDays, cycleLength ?? 1);
}

/** Days in order and without doubles; all of them is the same as none said. */
const canonical = (
  { name, startsAt, endsAt, weekdays, cycleDays }: ShiftDefinition,
  cycleLength: number | null,
): ShiftDefinition => ({
  name,
  startsAt,
  endsAt,
  ...someOf('weekdays', weekdays, 7),
  ...someOf('cycleDays', cycleDays, cycleLength ?? 1),
});

function someOf(name: 'weekdays' | 'cycleDays', days: readonly number[] | null | undefined, length: number): object {
  const distinct = [...new Set(days ?? [])].sort((a, b) => a - b);
  return distinct.length === 0 || distinct.length === length ? {} : { [name]: distinct };
}

const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);

const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** In order of their start, each must end before the next starts; the last one before the first of the next day. */
function overlap(shifts: readonly ShiftDefinition[], nextDay: readonly ShiftDefinition[]): boolean {
  const sorted = [...shifts].sort((a, b) => minutes(a.startsAt) - minutes(b.startsAt));
  const first = Math.min(...nextDay.map(({ startsAt }) => minutes(startsAt))) + DAY_MINUTES;
  return sorted.some((shift, at) => {
    const following = sorted[at + 1];
    const limit = following ? minutes(following.startsAt) : first;
    return minutes(shift.endsAt) + (runsOvernight(shift) ? DAY_MINUTES : 0) > limit;
  });
}
