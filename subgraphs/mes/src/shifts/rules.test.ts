import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definePattern } from './pattern-rules.ts';
import { plantCalendar, type CalendarException, type ShiftPattern } from './rules.ts';

const day = { name: 'day', startsAt: '06:00', endsAt: '14:00' };
const late = { name: 'late', startsAt: '14:00', endsAt: '22:00' };
const night = { name: 'night', startsAt: '22:00', endsAt: '06:00' };
const three: ShiftPattern = { id: 'p-1', validFrom: '2000-01-01', shifts: [day, late, night] };

const calendarOf = (timeZone: string, ...patterns: ShiftPattern[]) =>
  plantCalendar({ factoryId: 'f', version: 1, timeZone, patterns, exceptions: [] });

const hours = ({ startsAt, endsAt }: { startsAt: Date; endsAt: Date }) =>
  (endsAt.getTime() - startsAt.getTime()) / 3_600_000;

describe('the shifts of a day', () => {
  it('run in plant time, the night into the next day', () => {
    const shifts = calendarOf('Asia/Shanghai', three).occurrencesOn('2026-03-10');
    expect(shifts.map(({ name, startsAt, endsAt }) => [name, startsAt.toISOString(), endsAt.toISOString()])).toEqual([
      ['day', '2026-03-09T22:00:00.000Z', '2026-03-10T06:00:00.000Z'],
      ['late', '2026-03-10T06:00:00.000Z', '2026-03-10T14:00:00.000Z'],
      ['night', '2026-03-10T14:00:00.000Z', '2026-03-10T22:00:00.000Z'],
    ]);
  });

  it.each([
    ['Europe/Berlin', '2026-03-28', 7],
    ['Europe/Berlin', '2026-10-24', 9],
    ['Europe/Berlin', '2026-10-25', 8],
    ['America/New_York', '2026-03-07', 7],
    ['America/New_York', '2026-10-31', 9],
  ])('in %s, the night of %s lasts %d hours', (timeZone, date, length) => {
    const shifts = calendarOf(timeZone, three).occurrencesOn(date);
    expect(hours(shifts.find(({ name }) => name === 'night')!)).toBe(length);
  });

  it('skip a shift that lies in the hour which the clocks skip', () => {
    const pattern = { ...three, shifts: [{ name: 'check', startsAt: '02:15', endsAt: '02:45' }] };
    const calendar = calendarOf('Europe/Berlin', pattern);
    expect(calendar.occurrencesOn('2026-03-29')).toEqual([]);
    expect(calendar.occurrencesOn('2026-03-30')).toHaveLength(1);
  });

  it('are those of the pattern that holds on the day', () => {
    const long: ShiftPattern = {
      id: 'p-2',
      validFrom: '2026-03-11',
      shifts: [{ name: 'long', startsAt: '04:00', endsAt: '16:00' }],
    };
    const calendar = calendarOf('Asia/Shanghai', three, long);
    expect(calendar.occurrencesOn('1999-12-31')).toEqual([]);
    expect(calendar.occurrencesOn('2026-03-10').map(({ name }) => name)).toEqual(['day', 'late', 'night']);
    expect(calendar.occurrencesOn('2026-03-11').map(({ name }) => name)).toEqual(['long']);
    // The last night of the old pattern ends where the new one begins.
    expect(hours(calendar.occurrencesOn('2026-03-10')[2]!)).toBe(6);
    expect(hours(calendar.occurrencesOn('2026-03-09')[2]!)).toBe(8);
  });
});

describe('a day that is not like others', () => {
  const holiday: CalendarException = {
    id: 'e-1',
    name: 'Spring festival',
    kind: 'HOLIDAY',
    from: '2026-03-10',
    to: '2026-03-11',
    shifts: [],
  };
  const withExceptions = (...exceptions: CalendarException[]) =>
    plantCalendar({ factoryId: 'f', version: 1, timeZone: 'Asia/Shanghai', patterns: [three], exceptions });
  const names = (calendar: ReturnType<typeof calendarOf>, date: string) =>
    calendar.occurrencesOn(date).map(({ name }) => name);

  it('has no shifts on a holiday, while the night before runs to its end', () => {
    const calendar = withExceptions(holiday);
    expect(names(calendar, '2026-03-10')).toEqual([]);
    expect(names(calendar, '2026-03-12')).toEqual(['day', 'late', 'night']);
    expect(hours(calendar.occurrencesOn('2026-03-09')[2]!)).toBe(8);
    expect(calendar.occurrenceAt(new Date('2026-03-09T21:59:59Z'))?.name).toBe('night');
    expect(calendar.occurrenceAt(new Date('2026-03-10T04:00:00Z'))).toBeNull();
  });

  it('has extra shifts beside its own, also on a holiday', () => {
    const extra: CalendarException = { ...holiday, id: 'e-2', kind: 'EXTRA_SHIFT', to: '2026-03-10', shifts: [day] };
    const calendar = withExceptions(holiday, extra);
    expect(names(calendar, '2026-03-10')).toEqual(['day']);
    expect(names(calendar, '2026-03-11')).toEqual([]);
    expect(calendar.exceptionsOn('2026-03-10').map(({ id }) => id)).toEqual(['e-1', 'e-2']);
  });

  it('has other shifts; the last night before ends where the first of them starts', () => {
    const long = { name: 'long', startsAt: '04:00', endsAt: '16:00' };
    const calendar = withExceptions({
      ...holiday,
      kind: 'CHANGED_SHIFTS',
      shifts: [long, { ...night, endsAt: '07:00' }],
    });
    expect(names(calendar, '2026-03-10')).toEqual(['long', 'night']);
    expect(hours(calendar.occurrencesOn('2026-03-09')[2]!)).toBe(6);
    // The changed night would run to 07:00, but the shifts of the day after begin at 06:00.
    expect(hours(calendar.occurrencesOn('2026-03-11')[1]!)).toBe(8);
  });
});

describe('the shift of some work', () => {
  const calendar = calendarOf('Asia/Shanghai', three);
  const change = new Date('2026-03-10T06:00:00Z');
  const before = new Date('2026-03-10T05:00:00Z');

  it('is the one in which it ended', () => {
    expect(calendar.occurrenceOfWork(before, new Date('2026-03-10T06:00:00.001Z'))?.name).toBe('late');
  });

  it('is the one that ends together with it', () => {
    expect(calendar.occurrenceOfWork(before, change)?.name).toBe('day');
  });

  it('is the one that begins, for a report without a length at the change of shifts', () => {
    expect(calendar.occurrenceOfWork(null, change)?.name).toBe('late');
    expect(calendar.occurrenceOfWork(change, change)?.name).toBe('late');
  });

  it('is none when the plant does not work', () => {
    const half = calendarOf('Asia/Shanghai', { ...three, shifts: [day] });
    expect(half.occurrenceOfWork(null, new Date('2026-03-10T06:00:00Z'))).toBeNull();
    expect(half.occurrenceOfWork(before, change)?.name).toBe('day');
  });
});

describe('shifts touched', () => {
  const calendar = calendarOf('Asia/Shanghai', three);
  const touched = (from: string, to: string) =>
    calendar.occurrencesTouching(new Date(from), new Date(to)).map(({ name, shiftDate }) => `${shiftDate} ${name}`);

  it('are all that the interval runs through, and no neighbour that it only meets', () => {
    expect(touched('2026-03-09T22:00:00Z', '2026-03-10T06:00:00Z')).toEqual(['2026-03-10 day']);
    expect(touched('2026-03-09T21:59:59.999Z', '2026-03-10T06:00:00.001Z')).toEqual([
      '2026-03-09 night',
      '2026-03-10 day',
      '2026-03-10 late',
    ]);
  });

  it('of an instant are one', () => {
    expect(touched('2026-03-10T06:00:00Z', '2026-03-10T06:00:00Z')).toEqual(['2026-03-10 late']);
  });
});

describe('whatever the pattern and the zone', () => {
  const zones = fc.constantFrom(
    'Europe/Berlin',
    'America/New_York',
    'Asia/Shanghai',
    'Pacific/Apia',
    'Australia/Lord_Howe',
  );
  // Around the clock changes of 2026 in both zones, and anywhere else.
  const changes = ['2026-03-08', '2026-03-29', '2026-10-25', '2026-11-01', '2026-04-05', '2026-10-04', '2011-12-30'];
  const instants = fc.oneof(
    fc.tuple(fc.constantFrom(...changes), fc.integer({ min: -36 * 60, max: 48 * 60 })).map(([date, minutes]) => {
      return new Date(Date.parse(date) + minutes * 60_000);
    }),
    fc.date({ min: new Date('2005-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }),
  );
  /** Shifts that follow one another round the clock. */
  const patterns = fc
    .uniqueArray(fc.integer({ min: 0, max: 24 * 60 - 1 }), { minLength: 1, maxLength: 6 })
    .map((starts) => {
      const times = [...starts].sort((a, b) => a - b).map((it) => `${two(Math.floor(it / 60))}:${two(it % 60)}`);
      const shifts = times.map((startsAt, at) => ({
        name: `s${at}`,
        startsAt,
        endsAt: times[(at + 1) % times.length]!,
      }));
      return { ...three, shifts };
    });
  const two = (number: number) => String(number).padStart(2, '0');

  it('a pattern round the clock leaves no instant without its one shift', () => {
    fc.assert(
      fc.property(zones, patterns, instants, (timeZone, pattern, instant) => {
        expect(definePattern(pattern).ok).toBe(true);
        const calendar = calendarOf(timeZone, pattern);
        const found = calendar.occurrenceAt(instant);
        expect(found).not.toBeNull();
        const containing = calendar
          .occurrencesTouching(new Date(instant.getTime() - 86_400_000), new Date(instant.getTime() + 86_400_000))
          .filter(({ startsAt, endsAt }) => startsAt <= instant && instant < endsAt);
        expect(containing).toEqual([found]);
      }),
      { numRuns: 100 },
    );
  });

  it('shifts follow one another without an overlap, also on the days when clocks change', () => {
    fc.assert(
      fc.property(zones, patterns, instants, (timeZone, pattern, instant) => {
        const shifts = calendarOf(timeZone, pattern).occurrencesTouching(
          new Date(instant.getTime() - 2 * 86_400_000),
          new Date(instant.getTime() + 2 * 86_400_000),
        );
        for (const [at, shift] of shifts.entries()) {
          expect(shift.startsAt < shift.endsAt).toBe(true);
          const next = shifts[at + 1];
          if (next) expect(next.startsAt).toEqual(shift.endsAt);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('a change of patterns gives no instant to two shifts', () => {
    fc.assert(
      fc.property(zones, patterns, patterns, instants, (timeZone, old, young, instant) => {
        const validFrom = instant.toISOString().slice(0, 10);
        const calendar = calendarOf(timeZone, old, { ...young, id: 'p-2', validFrom });
        for (const hour of [-30, -3, 0, 3, 14, 30]) {
          const at = new Date(Date.parse(validFrom) + hour * 3_600_000);
          const around = calendar.occurrencesTouching(
            new Date(at.getTime() - 90_000_000),
            new Date(at.getTime() + 90_000_000),
          );
          expect(around.filter(({ startsAt, endsAt }) => startsAt <= at && at < endsAt).length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 50 },
    );
  });

  const shiftsOf = (pattern: ShiftPattern) => pattern.shifts;
  const dayNear = (instant: Date, days: number) =>
    new Date(instant.getTime() + days * 86_400_000).toISOString().slice(0, 10);
  const exceptions = fc.array(
    fc.tuple(
      fc.constantFrom('HOLIDAY' as const, 'EXTRA_SHIFT' as const, 'CHANGED_SHIFTS' as const),
      fc.integer({ min: -3, max: 3 }),
      fc.integer({ min: 0, max: 2 }),
      patterns.map(shiftsOf),
    ),
    { maxLength: 4 },
  );
  const weekly = fc
    .tuple(
      patterns,
      fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), { minLength: 6, maxLength: 6 }),
    )
    .map(([pattern, days]) => ({
      ...pattern,
      shifts: pattern.shifts.map((shift, at) => ({ ...shift, weekdays: days[at] })),
    }));

  it('exceptions, whatever they say, give no instant to two shifts, and what a day has agrees with what an instant finds', () => {
    fc.assert(
      fc.property(zones, fc.oneof(patterns, weekly), exceptions, instants, (timeZone, pattern, given, instant) => {
        const calendar = plantCalendar({
          factoryId: 'f',
          version: 1,
          timeZone,
          patterns: [pattern],
          exceptions: given.map(([kind, from, length, shifts], at) => ({
            id: `e-${at}`,
            name: `e-${at}`,
            kind,
            from: dayNear(instant, from),
            to: dayNear(instant, from + length),
            shifts: kind === 'HOLIDAY' ? [] : shifts,
          })),
        });
        const days = Array.from({ length: 11 }, (_, at) => dayNear(instant, at - 5));
        const shifts = days.flatMap((date) => calendar.occurrencesOn(date));
        for (const [at, shift] of shifts.entries()) {
          expect(shift.startsAt < shift.endsAt).toBe(true);
          const next = shifts[at + 1];
          if (next) expect(shift.endsAt <= next.startsAt).toBe(true);
          for (const inside of [shift.startsAt, new Date(shift.endsAt.getTime() - 1)]) {
            expect(calendar.occurrenceAt(inside)).toEqual(shift);
            expect(calendar.occurrencesTouching(inside, inside)).toEqual([shift]);
          }
        }
        const containing = shifts.filter(({ startsAt, endsAt }) => startsAt <= instant && instant < endsAt);
        expect(containing.length).toBeLessThanOrEqual(1);
        expect(calendar.occurrenceAt(instant)).toEqual(containing[0] ?? null);
      }),
      { numRuns: 100 },
    );
  });
});
