import fc from 'fast-check';
import { Decimal } from 'decimal.js';
import { describe, expect, it } from 'vitest';
import * as rules from './hour-rules.ts';
import type { StationWork } from './hour-rules.ts';

const at = (time: string, day = '10') => new Date(`2026-03-${day}T${time}:00Z`);
const day = { startsAt: at('00:00'), endsAt: at('08:00') };
const hours = rules.hoursOf(day);
const work: StationWork = {
  stationId: 'st-1',
  operationId: 'op-1',
  workOrderId: 'wo-1',
  from: at('00:00'),
  to: null,
  secondsPerPiece: '90',
  remainingQuantity: '1000',
};
const planned = (plan: rules.Plan) => plan.hours.map((hour) => hour?.toFixed() ?? null);

describe('the hours of a shift', () => {
  it('run from its start, and the last one may be shorter', () => {
    const late = rules.hoursOf({ startsAt: at('06:30'), endsAt: at('08:45') });
    expect(late.map(({ from, to }) => [from, to])).toEqual([
      [at('06:30'), at('07:30')],
      [at('07:30'), at('08:30')],
      [at('08:30'), at('08:45')],
    ]);
  });

  it.each([
    ['goes forward', '2026-03-28T21:00:00Z', '2026-03-29T04:00:00Z', 7],
    ['goes back', '2026-10-24T20:00:00Z', '2026-10-25T05:00:00Z', 9],
  ])('are of elapsed time in the night when the clock of Berlin %s', (_, startsAt, endsAt, count) => {
    const night = rules.hoursOf({ startsAt: new Date(startsAt), endsAt: new Date(endsAt) });
    expect(night).toHaveLength(count);
    expect(night.every(({ from, to }) => to.getTime() - from.getTime() === 3_600_000)).toBe(true);
  });
});

describe('a target', () => {
  it('is spread evenly, and rounding loses nothing', () => {
    const plan = rules.planOfTarget(rules.hoursOf({ startsAt: at('00:00'), endsAt: at('07:00') }), '100');
    expect(planned(plan).slice(0, 3)).toEqual(['14.2857', '14.2857', '14.2857']);
    expect(rules.totalOf(plan)).toBe('100');
  });

  it('gives a shorter hour less', () => {
    const plan = rules.planOfTarget(rules.hoursOf({ startsAt: at('00:00'), endsAt: at('02:30') }), '50');
    expect(planned(plan)).toEqual(['20', '20', '10']);
  });
});

describe('the plan of the standard times', () => {
  it('is 3600 s ÷ seconds per piece × capacity in each hour, up to what remains', () => {
    const [first] = planned(rules.planOfWork(hours, [work], 1));
    expect(first).toBe('40');
    const plan = rules.planOfWork(hours, [{ ...work, remainingQuantity: '170' }], 2);
    expect(planned(plan)).toEqual(['80', '80', '10', '0', '0', '0', '0', '0']);
  });

  it('is nothing while nothing is there', () => {
    const plan = rules.planOfWork(hours, [{ ...work, from: at('01:30'), to: at('02:15') }], 1);
    expect(planned(plan)).toEqual(['0', '20', '10', '0', '0', '0', '0', '0']);
    expect(planned(rules.planOfWork(hours, [], 1))).toEqual(Array(8).fill('0'));
  });

  it('shares the capacity among what is there at the same time', () => {
    const other = { ...work, operationId: 'op-2', secondsPerPiece: '45', from: at('00:30'), to: at('01:00') };
    // Half an hour alone: 20; half an hour each at half the pace: 10 + 20.
    expect(planned(rules.planOfWork(hours, [work, other], 1)).slice(0, 2)).toEqual(['50', '40']);
  });

  it('is unknown while something without a standard time is there', () => {
    const plan = rules.planOfWork(hours, [{ ...work, secondsPerPiece: null, to: at('01:00') }], 1);
    expect(planned(plan).slice(0, 2)).toEqual([null, '0']);
    expect(rules.totalOf(plan)).toBeNull();
  });

  it('never asks for more than remains nor for more than the time allows', () => {
    const instant = fc
      .integer({ min: -120, max: 600 })
      .map((minute) => new Date(at('00:00').getTime() + minute * 60_000));
    const one = fc.record({
      from: fc.option(instant),
      to: fc.option(instant),
      secondsPerPiece: fc.integer({ min: 1, max: 5_000 }).map(String),
      remainingQuantity: fc.integer({ min: -5, max: 500 }).map(String),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 5 }), fc.integer({ min: 1, max: 3 }), (some, capacity) => {
        const all = some.map((it, index) => ({ ...work, ...it, operationId: `op-${index}` }));
        const plan = rules.planOfWork(hours, all, capacity);
        const total = new Decimal(rules.totalOf(plan)!);
        const remaining = all.reduce((sum, it) => sum.plus(Math.max(0, Number(it.remainingQuantity))), new Decimal(0));
        const fastest = Math.min(...all.map((it) => Number(it.secondsPerPiece)), Infinity);
        expect(total.lte(remaining.plus('0.001'))).toBe(true);
        expect(
          plan.hours.every((hour) => hour!.gte(0) && hour!.toNumber() <= (3600 * capacity) / fastest + 0.001),
        ).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what was to be made until now', () => {
  const plan = rules.planOfTarget(hours, '80');
  it.each([
    [at('23:00', '09'), '0'],
    [at('00:30'), '5'],
    [at('02:00'), '20'],
    [at('09:00'), '80'],
  ])('at %s is %s', (now, quantity) => {
    expect(rules.plannedSoFar(hours, plan, now)).toBe(quantity);
  });
});

describe('plan against actual', () => {
  it('adds up each hour, also what nobody planned', () => {
    const made = [
      { hour: 1, goodQuantity: '2.5', scrapQuantity: '1', reworkQuantity: '0' },
      { hour: 1, goodQuantity: '-0.5', scrapQuantity: '0', reworkQuantity: '1' },
    ];
    const rows = rules.hourRows(hours, rules.planOfWork(hours, [], 1), made);
    expect(rows[1]).toMatchObject({ plannedQuantity: '0', goodQuantity: '2', scrapQuantity: '1', reworkQuantity: '1' });
    expect(rows[0]).toMatchObject({ goodQuantity: '0' });
  });

  it('does not know the plan of several stations when it does not know that of one', () => {
    const known = rules.planOfTarget(hours, '8');
    const unknown = rules.planOfWork(hours, [{ ...work, secondsPerPiece: null, to: at('01:00') }], 1);
    expect(planned(rules.addPlans([known, unknown], 8)).slice(0, 2)).toEqual([null, '1']);
    expect(planned(rules.addPlans([], 2))).toEqual(['0', '0']);
  });
});

describe('the pace of a shift', () => {
  it('is what was made in the time that has passed, and where that leads', () => {
    expect(rules.paceOf(day, '60', '90', at('02:00'))).toEqual({
      piecesPerHour: '30',
      expectedAtEnd: '240',
      secondsPerPiece: '120',
      standardSecondsPerPiece: '90',
    });
  });

  it('has no seconds per piece before the first piece, and leads nowhere after the end', () => {
    expect(rules.paceOf(day, '0', null, at('01:00'))).toMatchObject({ piecesPerHour: '0', secondsPerPiece: null });
    expect(rules.paceOf(day, '80', null, at('12:00'))).toMatchObject({ piecesPerHour: '10', expectedAtEnd: '80' });
    expect(rules.paceOf(day, '0', null, at('00:00'))).toBeNull();
  });
});

describe('unexplained time', () => {
  it('names the longest stop first', () => {
    const short = { from: at('00:00'), to: at('00:10') };
    const long = { from: at('03:00'), to: at('03:20') };
    expect(rules.unexplainedOf([short, long])).toEqual({ minutes: '30', intervals: [long, short] });
    expect(rules.unexplainedOf([])).toEqual({ minutes: '0', intervals: [] });
  });
});

describe('scrap reasons', () => {
  it('add up over stations, and only the ten that cost most are shown', () => {
    const many = Array.from({ length: 12 }, (_, n) => ({ reason: `r${String(n).padStart(2, '0')}`, quantity: '1' }));
    const top = rules.topReasons([...many, { reason: 'r11', quantity: '2' }]);
    expect(top).toHaveLength(10);
    expect(top.slice(0, 2)).toEqual([
      { reason: 'r11', quantity: '3' },
      { reason: 'r00', quantity: '1' },
    ]);
  });
});
