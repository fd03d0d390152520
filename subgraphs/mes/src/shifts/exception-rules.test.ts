import { describe, expect, it } from 'vitest';
import { collision, defineException } from './exception-rules.ts';
import type { CalendarException, PlantDays } from './rules.ts';

const day = { name: 'day', startsAt: '08:00', endsAt: '16:00' };
const night = { name: 'night', startsAt: '22:00', endsAt: '06:00' };
const extra = { name: 'extra', startsAt: '16:00', endsAt: '20:00' };
const holiday: CalendarException = {
  id: 'e-1',
  name: 'May Day',
  kind: 'HOLIDAY',
  from: '2026-05-01',
  to: '2026-05-03',
  shifts: [],
};
const overtime: CalendarException = {
  id: 'e-2',
  name: 'Overtime',
  kind: 'EXTRA_SHIFT',
  from: '2026-05-04',
  to: '2026-05-08',
  shifts: [extra],
};
const plant: PlantDays = {
  factoryId: 'f',
  timeZone: 'Europe/Berlin',
  patterns: [{ id: 'p', validFrom: '2000-01-01', shifts: [day, night] }],
  exceptions: [holiday],
};

describe('defining an exception', () => {
  it.each<[string, Partial<CalendarException>]>([
    ['a holiday', { ...holiday, name: 'Whitsun', from: '2026-05-25', to: '2026-05-25' }],
    ['a shift beside those of each day', overtime],
    ['a shift on a holiday', { ...overtime, from: '2026-05-02', to: '2026-05-02', shifts: [day] }],
    ['other shifts for a year', { ...overtime, kind: 'CHANGED_SHIFTS', to: '2027-05-04' }],
  ])('takes %s', (_case, change) => {
    expect(defineException(plant, { ...overtime, ...change, id: 'e-9' })).toMatchObject({
      ok: true,
      state: { id: 'e-9' },
    });
  });

  it('changes the one of this name and first day, and answers it when nothing differs', () => {
    expect(defineException(plant, { ...holiday, id: 'e-9', to: '2026-05-04' })).toMatchObject({
      state: { id: 'e-1', to: '2026-05-04' },
    });
    const again = defineException(plant, { ...holiday, id: 'e-9' });
    expect(again.ok && again.state).toBe(holiday);
  });

  it.each<[string, Partial<CalendarException>, unknown]>([
    ['a blank name', { name: '' }, 'BAD_NAME'],
    ['an end before its start', { to: '2026-05-03' }, 'BAD_DATES'],
    ['more than a year', { to: '2027-05-05' }, 'BAD_DATES'],
    ['a holiday with shifts', { kind: 'HOLIDAY' }, 'NO_SHIFTS'],
    ['an extra shift without a shift', { shifts: [] }, 'NO_SHIFTS'],
    ['a time that is none', { shifts: [{ ...extra, endsAt: '24:00' }] }, 'BAD_TIME'],
    ['an extra shift during another', { shifts: [{ ...extra, startsAt: '15:00' }] }, 'OVERLAP'],
    [
      'an extra shift during the night of the day before',
      { shifts: [{ ...extra, startsAt: '05:00', endsAt: '08:00' }] },
      'OVERLAP',
    ],
    [
      'an extra night into the shift of the next day',
      { shifts: [{ ...extra, startsAt: '20:00', endsAt: '08:01' }] },
      'OVERLAP',
    ],
    ['an extra shift with the name of another', { shifts: [{ ...extra, name: 'day' }] }, 'OVERLAP'],
    [
      'extra shifts that reach into themselves',
      { shifts: [extra, { ...extra, name: 'b', startsAt: '19:00' }] },
      'OVERLAP',
    ],
    [
      'a day that is a holiday already',
      { kind: 'CHANGED_SHIFTS', from: '2026-05-03' },
      { code: 'EXCEPTION_OVERLAP', other: 'May Day' },
    ],
  ])('refuses %s', (_case, change, refusal) => {
    expect(defineException(plant, { ...overtime, ...change })).toEqual({ ok: false, refusal });
  });

  it('refuses other shifts that would run into an extra one', () => {
    const changed = {
      ...overtime,
      id: 'e-9',
      name: 'Inventory',
      kind: 'CHANGED_SHIFTS' as const,
      shifts: [{ ...day, endsAt: '17:00' }],
    };
    expect(defineException({ ...plant, exceptions: [overtime] }, changed)).toEqual({
      ok: false,
      refusal: { code: 'EXCEPTION_OVERLAP', other: 'Overtime' },
    });
  });
});

describe('a change of the calendar', () => {
  const onHoliday = { ...overtime, from: '2026-05-02', to: '2026-05-02', shifts: [day] };

  it('collides where a shift comes back on a day with an extra one', () => {
    expect(collision({ ...plant, exceptions: [holiday, onHoliday] }, '2026-05-01')).toBeNull();
    expect(collision({ ...plant, exceptions: [onHoliday] }, '2026-05-01')).toBe(onHoliday);
  });

  it('does not look at days before it', () => {
    expect(collision({ ...plant, exceptions: [onHoliday] }, '2026-05-04')).toBeNull();
  });
});
