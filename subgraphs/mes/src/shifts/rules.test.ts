import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definePattern, plantCalendar, type ShiftDefinition, type ShiftPattern } from './rules.ts';

const day = { name: 'day', startsAt: '06:00', endsAt: '14:00' };
const late = { name: 'late', startsAt: '14:00', endsAt: '22:00' };
const night = { name: 'night', startsAt: '22:00', endsAt: '06:00' };
const three: ShiftPattern = { id: 'p-1', validFrom: '2000-01-01', shifts: [day, late, night] };

const calendarOf = (timeZone: string, ...patterns: ShiftPattern[]) =>
  plantCalendar({ factoryId: 'f', version: 1, timeZone, patterns });

const hours = ({ startsAt, endsAt }: { startsAt: Date; endsAt: Date }) =>
  (endsAt.getTime() - startsAt.getTime()) / 3_600_000;

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
});
