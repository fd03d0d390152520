/** How long a plant works. Pure. */
import { Temporal } from 'temporal-polyfill';
import type { CalendarException, PlantCalendar, Shift } from './rules.ts';

export type WorkingDay = Readonly<{
  date: string;
  shifts: readonly Shift[];
  seconds: number;
  exceptions: readonly CalendarException[];
}>;

/** Days in plant time, the first and the last one included; null when that is none or more than allowed. */
export function daysFromTo(from: string, to: string, most: number): readonly string[] | null {
  const first = Temporal.PlainDate.from(from);
  const length = first.until(Temporal.PlainDate.from(to)).days + 1;
  if (length < 1 || length > most) return null;
  return Array.from({ length }, (_, days) => first.add({ days }).toString());
}

export const lengthOf = ({ startsAt, endsAt }: Pick<Shift, 'startsAt' | 'endsAt'>): number =>
  (endsAt.getTime() - startsAt.getTime()) / 1000;

/** The time of the shifts that start on each day: what runs past midnight counts for the day on which it began. */
export function workingTime(
  calendar: PlantCalendar,
  dates: readonly string[],
): { seconds: number; days: readonly WorkingDay[] } {
  const days = dates.map((date) => {
    const shifts = calendar.occurrencesOn(date);
    const seconds = shifts.reduce((total, shift) => total + lengthOf(shift), 0);
    return { date, shifts, seconds, exceptions: calendar.exceptionsOn(date) };
  });
  return { seconds: days.reduce((total, { seconds }) => total + seconds, 0), days };
}
