/** How an order stands against its due date. Pure: never stored, always asked. */
import { Temporal } from 'temporal-polyfill';
import type { WorkOrder } from './rules.ts';

export type LatenessState = 'NO_DUE_DATE' | 'ON_TIME' | 'DUE_TODAY' | 'LATE' | 'FINISHED_ON_TIME' | 'FINISHED_LATE';

/** `days` beyond the due date; below zero while there is time. */
export type Lateness = Readonly<{ state: LatenessState; days: number | null }>;

/** By the plant's own day; a finished order counts to its completion. Null for a cancelled order. */
export function latenessOf(
  { status, dueDate, completedAt }: Pick<WorkOrder, 'status' | 'dueDate' | 'completedAt'>,
  timeZone: string | null,
  now: Date,
): Lateness | null {
  if (status === 'CANCELLED') return null;
  if (dueDate === null || timeZone === null) return { state: 'NO_DUE_DATE', days: null };
  const day = Temporal.Instant.fromEpochMilliseconds((completedAt ?? now).getTime())
    .toZonedDateTimeISO(timeZone)
    .toPlainDate();
  const days = Temporal.PlainDate.from(dueDate).until(day, { largestUnit: 'days' }).days;
  if (completedAt) return { state: days > 0 ? 'FINISHED_LATE' : 'FINISHED_ON_TIME', days };
  return { state: days > 0 ? 'LATE' : days === 0 ? 'DUE_TODAY' : 'ON_TIME', days };
}
