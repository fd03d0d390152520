import { describe, expect, it } from 'vitest';
import { latenessOf } from './lateness-rules.ts';
import type { Status } from './rules.ts';

const due = '2026-03-10';
const stands = (status: Status, now: string, completedAt: string | null = null, timeZone = 'Asia/Shanghai') =>
  latenessOf(
    { status, dueDate: due, completedAt: completedAt ? new Date(completedAt) : null },
    timeZone,
    new Date(now),
  );

describe('how an order stands against its due date', () => {
  it.each([
    ['2026-03-09T15:59:59Z', 'ON_TIME', -1],
    ['2026-03-09T16:00:00Z', 'DUE_TODAY', 0],
    ['2026-03-10T15:59:59Z', 'DUE_TODAY', 0],
    ['2026-03-10T16:00:00Z', 'LATE', 1],
    ['2026-04-10T00:00:00Z', 'LATE', 31],
  ])('goes by the day of the plant, at %s', (now, state, days) => {
    expect(stands('IN_PROGRESS', now)).toEqual({ state, days });
  });

  it('of a finished order no longer changes', () => {
    expect(stands('COMPLETED', '2026-05-01T00:00:00Z', '2026-03-10T15:00:00Z')).toEqual({
      state: 'FINISHED_ON_TIME',
      days: 0,
    });
    expect(stands('CLOSED', '2026-05-01T00:00:00Z', '2026-03-12T00:00:00Z')).toEqual({
      state: 'FINISHED_LATE',
      days: 2,
    });
  });

  it('is nothing to speak of for a cancelled one, or without a due date', () => {
    expect(stands('CANCELLED', '2026-05-01T00:00:00Z')).toBeNull();
    const open = { status: 'PLANNED' as const, dueDate: null, completedAt: null };
    expect(latenessOf(open, null, new Date())).toEqual({ state: 'NO_DUE_DATE', days: null });
  });
});
