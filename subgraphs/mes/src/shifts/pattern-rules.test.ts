import { describe, expect, it } from 'vitest';
import { definePattern, type ShiftDefinition, type ShiftPattern } from './pattern-rules.ts';
import { plantCalendar } from './rules.ts';

const day = { name: 'day', startsAt: '06:00', endsAt: '14:00' };
const late = { name: 'late', startsAt: '14:00', endsAt: '22:00' };
const night = { name: 'night', startsAt: '22:00', endsAt: '06:00' };
const three: ShiftPattern = { id: 'p-1', validFrom: '2000-01-01', shifts: [day, late, night] };
const workdays = [1, 2, 3, 4, 5];

describe('defining a pattern', () => {
  it.each([
    ['three shifts round the clock', [day, late, night]],
    ['one shift of a whole day', [{ name: 'all', startsAt: '06:00', endsAt: '06:00' }]],
    ['a gap between shifts', [{ ...day, endsAt: '13:00' }, late]],
  ])('takes %s', (_case, shifts) => {
    expect(definePattern({ ...three, shifts })).toMatchObject({ ok: true });
  });

  it.each<[string, ShiftDefinition[], string]>([
    ['no shifts', [], 'NO_SHIFTS'],
    [
      'seven shifts',
      Array.from({ length: 7 }, (_, at) => ({ name: `${at}`, startsAt: `0${at}:00`, endsAt: `0${at}:30` })),
      'NO_SHIFTS',
    ],
    ['a name twice', [day, { ...late, name: 'day' }], 'BAD_NAME'],
    ['a blank name', [{ ...day, name: ' ' }], 'BAD_NAME'],
    ['24:00', [{ ...late, endsAt: '24:00' }], 'BAD_TIME'],
    ['a time without its zero', [{ ...day, startsAt: '6:00' }], 'BAD_TIME'],
    ['a shift that begins before the other ends', [day, { ...late, startsAt: '13:59' }], 'OVERLAP'],
    ['a night that reaches into the morning', [day, { ...night, endsAt: '06:01' }], 'OVERLAP'],
    [
      'two whole days',
      [
        { ...day, endsAt: '06:00' },
        { ...late, endsAt: '14:00' },
      ],
      'OVERLAP',
    ],
  ])('refuses %s', (_case, shifts, refusal) => {
    expect(definePattern({ ...three, shifts })).toEqual({ ok: false, refusal });
  });
});

describe('a pattern of weeks', () => {
  const weekly = { ...three, shifts: [day, { ...late, weekdays: workdays }, { ...day, name: 'x', weekdays: [7] }] };

  it.each<[string, ShiftDefinition[]]>([
    [
      'one name with other times on Saturday',
      [
        { ...day, weekdays: workdays },
        { ...day, endsAt: '12:00', weekdays: [6] },
      ],
    ],
    [
      'a night that reaches into a free day',
      [
        { ...day, weekdays: workdays },
        { ...night, endsAt: '08:00', weekdays: [5] },
      ],
    ],
    [
      'six shifts on each of seven days',
      [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) =>
        Array.from({ length: 6 }, (_, at) => ({
          name: `${at}`,
          startsAt: `1${at}:00`,
          endsAt: `1${at}:30`,
          weekdays: [weekday],
        })),
      ),
    ],
  ])('may have %s', (_case, shifts) => {
    expect(definePattern({ ...three, shifts })).toMatchObject({ ok: true });
  });

  it.each<[string, Partial<ShiftPattern>, string]>([
    ['two shifts of one name on one day', { shifts: [day, { ...late, name: 'day', weekdays: [6] }] }, 'BAD_NAME'],
    ['two shifts at one time on one day', { shifts: weekly.shifts }, 'OVERLAP'],
    [
      'a Sunday night that reaches into Monday',
      {
        shifts: [
          { ...day, weekdays: [1] },
          { ...night, endsAt: '07:00', weekdays: [7] },
        ],
      },
      'OVERLAP',
    ],
    ['a shift on no day', { shifts: [{ ...day, weekdays: [] }] }, 'BAD_DAYS'],
    ['an eighth day of the week', { shifts: [{ ...day, weekdays: [8] }] }, 'BAD_DAYS'],
    ['a day of no cycle', { shifts: [{ ...day, cycleDays: [1] }] }, 'BAD_DAYS'],
    ['a day beyond the cycle', { cycleLength: 6, shifts: [{ ...day, cycleDays: [7] }] }, 'BAD_DAYS'],
    ['a cycle of a day', { cycleLength: 1 }, 'BAD_DAYS'],
    ['a cycle of months', { cycleLength: 57 }, 'BAD_DAYS'],
  ])('may not have %s', (_case, change, refusal) => {
    expect(definePattern({ ...three, ...change })).toEqual({ ok: false, refusal });
  });

  it('starts its shifts on their weekdays', () => {
    const pattern = {
      ...three,
      shifts: [
        { ...day, weekdays: workdays },
        { ...late, weekdays: [6] },
      ],
    };
    const calendar = plantCalendar({
      factoryId: 'f',
      version: 1,
      timeZone: 'Europe/Berlin',
      patterns: [pattern],
      exceptions: [],
    });
    // The 6th of March 2026 is a Friday.
    const names = ['06', '07', '08', '09'].map((date) =>
      calendar.occurrencesOn(`2026-03-${date}`).map(({ name }) => name),
    );
    expect(names).toEqual([['day'], ['late'], [], ['day']]);
  });

  it('keeps days in order, and all days as none said', () => {
    const shifts = [
      { ...day, weekdays: [7, 1, 7] },
      { ...late, weekdays: [1, 2, 3, 4, 5, 6, 7], cycleDays: null },
    ];
    expect(definePattern({ ...three, shifts })).toMatchObject({
      state: { shifts: [{ ...day, weekdays: [1, 7] }, late] },
    });
  });
});

describe('a pattern that rotates', () => {
  it('comes again after its cycle: four on, two off', () => {
    const pattern: ShiftPattern = {
      ...three,
      validFrom: '2026-02-27',
      cycleLength: 6,
      shifts: [{ ...day, cycleDays: [1, 2, 3, 4] }],
    };
    expect(definePattern(pattern).ok).toBe(true);
    const calendar = plantCalendar({
      factoryId: 'f',
      version: 1,
      timeZone: 'Asia/Shanghai',
      patterns: [pattern],
      exceptions: [],
    });
    const worked = Array.from({ length: 14 }, (_, at) => new Date(Date.parse('2026-02-26') + at * 86_400_000))
      .map((date) => calendar.occurrencesOn(date.toISOString().slice(0, 10)).length)
      .join('');
    expect(worked).toBe('01111001111001');
  });

  it('is refused when the end of one turn reaches into the next', () => {
    const shifts = [
      { ...day, cycleDays: [1] },
      { ...night, endsAt: '07:00', cycleDays: [4] },
    ];
    expect(definePattern({ ...three, cycleLength: 4, shifts })).toEqual({ ok: false, refusal: 'OVERLAP' });
    expect(definePattern({ ...three, cycleLength: 5, shifts })).toMatchObject({ ok: true });
  });
});
