/** Days on which a plant does not work as its pattern says. Pure. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Temporal } from 'temporal-polyfill';
import { isLabel } from '../text-rules.ts';
import { refuseShifts } from './pattern-rules.ts';
import { replaces, shiftsStarting, type CalendarException, type PlantDays, type Shift } from './rules.ts';

export type ExceptionRefusal =
  | 'NO_SHIFTS'
  | 'BAD_NAME'
  | 'BAD_TIME'
  | 'OVERLAP'
  | 'BAD_DATES'
  | Readonly<{ code: 'EXCEPTION_OVERLAP'; other: string }>;

const MAX_DAYS = 366;

/** The exception, if it fits into the plant's other days; answers the known one when nothing differs from it. */
export function defineException(
  plant: PlantDays,
  wanted: CalendarException,
): Decision<CalendarException, never, ExceptionRefusal> {
  const { name, kind, from, to, shifts } = wanted;
  if (!isLabel(name)) return refuse('BAD_NAME');
  if (to < from || daysBetween(from, to) > MAX_DAYS) return refuse('BAD_DATES');
  if ((kind === 'HOLIDAY') !== (shifts.length === 0)) return refuse('NO_SHIFTS');
  // Days that follow each other meet; a single day meets those around it, which `collision` looks at.
  const refusal = refuseShifts(from === to ? [shifts, []] : [shifts]);
  if (refusal) return refuse(refusal);

  const known = plant.exceptions.find((other) => other.name === name && other.from === from);
  const exception = { ...wanted, id: known?.id ?? wanted.id };
  if (known && sameException(known, exception)) return accept(known);
  const others = plant.exceptions.filter((other) => other !== known);
  const rival = kind === 'EXTRA_SHIFT' ? undefined : others.find((other) => replaces(other) && meets(other, exception));
  if (rival) return refuse({ code: 'EXCEPTION_OVERLAP', other: rival.name });
  const extra = collision({ ...plant, exceptions: [...others, exception] }, from);
  if (!extra) return accept(exception);
  return refuse(extra === exception ? 'OVERLAP' : { code: 'EXCEPTION_OVERLAP', other: extra.name });
}

/** Extra shifts run beside others: one from a day on that would run into another shift, or null. */
export function collision(plant: PlantDays, from: string): CalendarException | null {
  const dayBefore = Temporal.PlainDate.from(from).subtract({ days: 1 }).toString();
  const extra = plant.exceptions.filter(({ kind, to }) => kind === 'EXTRA_SHIFT' && to >= dayBefore);
  return extra.find((exception) => daysOf(exception).some((day) => collides(plant, exception, day))) ?? null;
}

function collides(plant: PlantDays, exception: CalendarException, day: Temporal.PlainDate): boolean {
  const around = [-1, 0, 1].flatMap((days) => shiftsStarting(plant, day.add({ days }).toString()));
  const own = around.filter((shift) => shift.extra === exception.id && shift.shiftDate === day.toString());
  return own.some((shift) => around.some((other) => other !== shift && meetsShift(shift, other)));
}

const meetsShift = (one: Shift, other: Shift): boolean =>
  (one.startsAt < other.endsAt && other.startsAt < one.endsAt) ||
  (one.shiftDate === other.shiftDate && one.name === other.name);

const meets = (one: CalendarException, other: CalendarException): boolean =>
  one.from <= other.to && other.from <= one.to;

const sameException = (one: CalendarException, other: CalendarException): boolean =>
  one.kind === other.kind && one.to === other.to && JSON.stringify(one.shifts) === JSON.stringify(other.shifts);

const daysBetween = (from: string, to: string): number =>
  Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to)).days + 1;

function daysOf({ from, to }: CalendarException): Temporal.PlainDate[] {
  const first = Temporal.PlainDate.from(from);
  return Array.from({ length: daysBetween(from, to) }, (_, days) => first.add({ days }));
}
