import { describe, expect, it } from 'vitest';
import {
  capacityOf,
  dayCapacity,
  defineCapacity,
  loadOf,
  missingPieces,
  requiredOn,
  type CapacityRule,
} from './rules.ts';

const shift = {
  factoryId: 'f',
  shiftDate: '2026-03-10',
  name: 'night',
  startsAt: new Date('2026-03-10T14:00:00Z'),
  endsAt: new Date('2026-03-10T22:00:00Z'),
};
const station = { capacity: 2, retiredAt: null };
const rule: CapacityRule = {
  id: 'c-1',
  stationId: 's',
  shift: null,
  validFrom: '2026-03-01',
  jobs: 4,
  efficiencyPercent: '90',
};

describe('the capacity of a station in a shift', () => {
  it.each<[string, CapacityRule[], number, string]>([
    ['is its own where nothing else is said', [], 2, '57600'],
    ['is that of the rule for all shifts', [rule], 4, '103680'],
    [
      'is that of the shift before that of all shifts',
      [rule, { ...rule, shift: 'night', validFrom: '2026-01-01', jobs: 1 }],
      1,
      '25920',
    ],
    ['is that of the later rule', [{ ...rule, validFrom: '2026-03-10', jobs: 3 }, rule], 3, '77760'],
    ['is not that of a rule to come', [{ ...rule, validFrom: '2026-03-11' }], 2, '57600'],
    ['is not that of another shift', [{ ...rule, shift: 'day' }], 2, '57600'],
    ['may be nothing', [{ ...rule, jobs: 0 }], 0, '0'],
  ])('%s', (_case, rules, jobs, capacitySeconds) => {
    expect(capacityOf(station, rules, shift)).toMatchObject({ availableSeconds: 28_800, jobs, capacitySeconds });
  });

  it('is nothing from its retirement on', () => {
    expect(capacityOf({ ...station, retiredAt: shift.startsAt }, [rule], shift)).toMatchObject({ jobs: 0 });
    const later = new Date(shift.startsAt.getTime() + 1);
    expect(capacityOf({ ...station, retiredAt: later }, [rule], shift)).toMatchObject({ jobs: 4 });
  });
});

describe('defining a capacity', () => {
  it('changes the known rule, and nothing when nothing differs', () => {
    expect(defineCapacity(rule, { ...rule, id: 'c-2', jobs: 5 })).toMatchObject({ state: { id: 'c-1', jobs: 5 } });
    const same = defineCapacity(rule, { ...rule, id: 'c-2', efficiencyPercent: '90.00' });
    expect(same.ok && same.state).toBe(rule);
  });

  it.each([
    ['a blank shift', { shift: ' ' }, 'BAD_NAME'],
    ['less than no job', { jobs: -1 }, 'OUT_OF_RANGE'],
    ['too many jobs', { jobs: 1001 }, 'OUT_OF_RANGE'],
    ['no efficiency', { efficiencyPercent: '0' }, 'OUT_OF_RANGE'],
    ['too much efficiency', { efficiencyPercent: '200.1' }, 'OUT_OF_RANGE'],
  ])('refuses %s', (_case, change, refusal) => {
    expect(defineCapacity(null, { ...rule, ...change })).toEqual({ ok: false, refusal });
  });
});

describe('the load of a station', () => {
  const day = dayCapacity(station, [], '2026-03-10', [shift]);
  const required = (requiredSeconds: string, date: string | null = '2026-03-10') => ({ date, requiredSeconds });

  it.each([
    ['110 percent', '63360', '110', false],
    ['a little more', '63361', '110.0017', true],
    ['nothing', '0', '0', false],
  ])('of %s', (_case, seconds, loadPercent, isOverloaded) => {
    expect(loadOf([day], [required(seconds)])).toMatchObject([{ loadPercent, isOverloaded }]);
  });

  it('is too much on a day without shifts, and leaves out other days and what is not planned', () => {
    const free = dayCapacity(station, [], '2026-03-11', []);
    const requirements = [
      required('60'),
      required('30', '2026-03-11'),
      required('7', null),
      required('9', '2026-03-12'),
    ];
    expect(loadOf([day, free], requirements)).toMatchObject([
      { requiredSeconds: '60', isOverloaded: false },
      { requiredSeconds: '30', capacitySeconds: '0', loadPercent: null, isOverloaded: true },
    ]);
    expect(requiredOn(requirements, null)).toBe('7');
  });

  it('is of the pieces that are missing', () => {
    expect(missingPieces('10', '4')).toBe('6');
    expect(missingPieces('10', '11')).toBe('0');
  });
});
