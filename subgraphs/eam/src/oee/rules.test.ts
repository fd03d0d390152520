import { Decimal } from 'decimal.js';
import { describe, expect, it } from 'vitest';
import { without } from './interval-rules.ts';
import {
  addElements,
  elementsOf,
  producedQuantity,
  ratiosOf,
  shiftsOf,
  type Activity,
  type Elements,
  type ProductionReport,
} from './rules.ts';
import { eventCases, ratioCases } from './published-cases.ts';

const at = (clock: string) => new Date(`2026-03-02T${clock}:00Z`);
const early = { startsAt: at('06:00'), endsAt: at('14:00') };
const late = { startsAt: at('14:00'), endsAt: at('22:00') };
const report = (from: string | null, to: string, good: number, more: Partial<ProductionReport> = {}): Activity => ({
  kind: 'REPORT',
  startedAt: from === null ? null : at(from),
  endedAt: at(to),
  good,
  scrap: 0,
  rework: 0,
  standardRunSeconds: 60,
  ...more,
});
const time = (kind: 'RUN' | 'SETUP' | 'BREAK', from: string, to: string): Activity => ({
  kind,
  startedAt: at(from),
  endedAt: at(to),
});

/** In plain numbers, as people would write them down. */
const plain = (elements: Elements) =>
  Object.fromEntries(Object.entries(elements).map(([name, value]) => [name, value?.toNumber() ?? null]));
const numbers = (elements: Elements) =>
  Object.fromEntries(Object.entries(ratiosOf(elements)).map(([name, value]) => [name, value?.toNumber() ?? null]));

describe('the ratios of published cases', () => {
  it.each(ratioCases)('$id', ({ input, expected }) => {
    const elements: Elements = {
      plannedOperationTime: new Decimal(input.PBT),
      plannedBusyTime: new Decimal(input.PBT),
      actualProductionTime: new Decimal(input.APT),
      actualSetupTime: new Decimal(0),
      standardTime: new Decimal(input.PRI).times(input.PQ),
      goodQuantity: new Decimal(input.GQ),
      scrapQuantity: new Decimal(input.PQ - input.GQ),
      reworkQuantity: new Decimal(0),
    };
    const ratios = numbers(elements);
    expect(ratios.availability).toBeCloseTo(expected.availability, 12);
    expect(ratios.performance).toBeCloseTo(expected.effectiveness, 12);
    expect(ratios.quality).toBeCloseTo(expected.qualityRatio, 12);
    expect(ratios.value).toBeCloseTo(expected.oee, 12);
  });
});

describe('shifts of published cases', () => {
  it.each(eventCases)('$id: $why', ({ shiftUtc, plannedStops, downtime, PRIminutes, PQ, GQ, expected }) => {
    const shift = { startsAt: new Date(shiftUtc[0]), endsAt: new Date(shiftUtc[1]) };
    const whole = { from: shift.startsAt.getTime(), to: shift.endsAt.getTime() };
    const stops = downtime.map(([from, to]) => ({ from: Date.parse(from), to: Date.parse(to) }));
    // What was not down ran, also through the break: the rules take the break away themselves.
    const runs = without([whole], stops).map(({ from, to }): Activity => ({
      kind: 'RUN',
      startedAt: new Date(from),
      endedAt: new Date(to),
    }));
    const breaks = plannedStops.map(([from, to]): Activity => ({
      kind: 'BREAK',
      startedAt: new Date(from),
      endedAt: new Date(to),
    }));
    const yielded: Activity = {
      kind: 'REPORT',
      startedAt: null,
      endedAt: shift.startsAt,
      good: GQ,
      scrap: PQ - GQ,
      rework: 0,
      standardRunSeconds: PRIminutes * 60,
    };

    const elements = elementsOf(shift, [...runs, ...breaks, yielded]);
    expect(elements.plannedOperationTime.toNumber()).toBe(expected.POT);
    expect(elements.plannedBusyTime.toNumber()).toBe(expected.PBT);
    expect(elements.actualProductionTime.toNumber()).toBe(expected.APT);
    const ratios = numbers(elements);
    expect(ratios.availability).toBeCloseTo(expected.availability, 12);
    expect(ratios.performance).toBeCloseTo(expected.effectiveness, 12);
    expect(ratios.quality).toBeCloseTo(expected.qualityRatio, 12);
    expect(ratios.value).toBeCloseTo(expected.oee, 12);
  });
});

describe('the time elements of a shift', () => {
  it('count overlapping jobs once', () => {
    const elements = elementsOf(early, [
      report('07:00', '09:00', 1),
      report('08:00', '10:00', 1),
      time('RUN', '09:30', '11:00'),
    ]);
    expect(elements.actualProductionTime.toNumber()).toBe(240);
  });

  it('end where the shift ends', () => {
    const elements = elementsOf(early, [time('RUN', '05:00', '07:00'), time('SETUP', '13:30', '15:00')]);
    expect(plain(elements)).toMatchObject({ actualProductionTime: 60, actualSetupTime: 30, plannedOperationTime: 480 });
  });

  it('take breaks off the planned time and off what ran through them', () => {
    const breaks = [time('BREAK', '09:00', '09:30'), time('BREAK', '09:15', '09:45')];
    const elements = elementsOf(early, [report('08:00', '10:00', 1), ...breaks]);
    expect(plain(elements)).toMatchObject({ plannedBusyTime: 435, actualProductionTime: 75 });
  });

  it('count set-up only where nothing was produced meanwhile', () => {
    const elements = elementsOf(early, [time('SETUP', '07:00', '09:00'), report('08:30', '10:00', 1)]);
    expect(plain(elements)).toMatchObject({ actualSetupTime: 90, actualProductionTime: 90 });
  });

  it('never add up to more than was planned', () => {
    const elements = elementsOf(early, [
      report('05:00', '15:00', 1),
      time('SETUP', '05:00', '15:00'),
      time('BREAK', '05:30', '06:30'),
    ]);
    expect(plain(elements)).toMatchObject({ plannedBusyTime: 450, actualProductionTime: 450, actualSetupTime: 0 });
  });

  it('know shifts of seven hours on the night when clocks go forward', () => {
    const night = { startsAt: new Date('2026-03-28T21:00:00Z'), endsAt: new Date('2026-03-29T04:00:00Z') };
    expect(elementsOf(night, []).plannedOperationTime.toNumber()).toBe(420);
  });
});

describe('the quantities of a shift', () => {
  it('are shared by time when a report spans its end, and nothing is lost', () => {
    const spanning = report('13:00', '16:00', 9, { scrap: 3, rework: 1.5 });
    const [first, second] = [elementsOf(early, [spanning]), elementsOf(late, [spanning])];
    expect(plain(first)).toMatchObject({ goodQuantity: 3, scrapQuantity: 1, reworkQuantity: 0.5, standardTime: 4.5 });
    const both = addElements(first, second);
    expect(plain(both)).toMatchObject({ goodQuantity: 9, scrapQuantity: 3, reworkQuantity: 1.5, standardTime: 13.5 });
    expect(both.actualProductionTime.toNumber()).toBe(180);
  });

  it('belong to the shift that a report without a start ended in, at the boundary to the next one', () => {
    expect(shiftsOf({ startedAt: null, endedAt: at('13:59') }, [early, late])).toEqual([early]);
    expect(shiftsOf({ startedAt: null, endedAt: at('14:00') }, [early, late])).toEqual([late]);
    expect(shiftsOf({ startedAt: at('14:00'), endedAt: at('14:00') }, [early, late])).toEqual([late]);
    const elements = elementsOf(early, [report(null, '13:59', 7)]);
    expect(plain(elements)).toMatchObject({ goodQuantity: 7, actualProductionTime: 0 });
  });

  it('belong to the shifts that a report overlaps, not to one that it only meets', () => {
    expect(shiftsOf({ startedAt: at('13:00'), endedAt: at('14:00') }, [early, late])).toEqual([early]);
    expect(shiftsOf({ startedAt: at('13:00'), endedAt: at('14:01') }, [early, late])).toEqual([early, late]);
    expect(shiftsOf({ startedAt: at('02:00'), endedAt: at('03:00') }, [early, late])).toEqual([]);
  });

  it('count scrap and rework as produced', () => {
    const elements = elementsOf(early, [report('07:00', '08:00', 8, { scrap: '1.5', rework: '0.5' })]);
    expect(producedQuantity(elements).toNumber()).toBe(10);
    expect(numbers(elements).quality).toBe(0.8);
  });
});

describe('the ratios', () => {
  it('are unknown, not zero, without data', () => {
    expect(numbers(elementsOf(early, [time('SETUP', '06:00', '07:00')]))).toEqual({
      availability: 0,
      performance: null,
      quality: null,
      value: null,
    });
    const restingAllShift = elementsOf(early, [time('BREAK', '06:00', '14:00')]);
    expect(numbers(restingAllShift).availability).toBeNull();
  });

  it('have no performance when one of the standard times is missing', () => {
    const known = report('07:00', '08:00', 5);
    const unknown = report('08:00', '09:00', 5, { standardRunSeconds: null });
    expect(numbers(elementsOf(early, [known, unknown]))).toMatchObject({ performance: null, quality: 1, value: null });
  });

  it('do not miss the standard time of nothing', () => {
    const nothing = report('08:00', '09:00', 0, { standardRunSeconds: null });
    expect(numbers(elementsOf(early, [report('07:00', '08:00', 60), nothing])).performance).toBe(0.5);
  });

  it('show a standard time that is too long', () => {
    expect(numbers(elementsOf(early, [report('07:00', '08:00', 120)])).performance).toBe(2);
  });

  it('of a day weigh its shifts by their time', () => {
    const day = addElements(
      elementsOf(early, [report('06:00', '14:00', 480)]),
      elementsOf(late, [report('14:00', '18:00', 120, { scrap: 120 })]),
    );
    expect(numbers(day)).toEqual({ availability: 0.75, performance: 1, quality: 600 / 720, value: 0.625 });
  });
});
