import { describe, expect, it } from 'vitest';
import { isPeriod, pareto } from './rules.ts';

const count = (defectType: string, quantity: string, reportCount = 1) => ({ defectType, quantity, reportCount });

describe('defect statistics', () => {
  it('puts the costliest type first and adds the shares up', () => {
    expect(pareto([count('burr', '1'), count('scratch', '6', 4), count('crack', '3')])).toEqual({
      total: '10',
      byType: [
        { defectType: 'scratch', quantity: '6', reportCount: 4, share: '0.6', cumulativeShare: '0.6' },
        { defectType: 'crack', quantity: '3', reportCount: 1, share: '0.3', cumulativeShare: '0.9' },
        { defectType: 'burr', quantity: '1', reportCount: 1, share: '0.1', cumulativeShare: '1' },
      ],
    });
  });

  it('reaches exactly 1 in spite of rounding', () => {
    const { byType } = pareto([count('a', '1'), count('b', '1'), count('c', '1')]);
    expect(byType.map(({ share }) => share)).toEqual(['0.3333', '0.3333', '0.3333']);
    expect(byType.map(({ cumulativeShare }) => cumulativeShare)).toEqual(['0.3333', '0.6667', '1']);
  });

  it('keeps equal quantities in the order of their names', () => {
    expect(pareto([count('crack', '2.0'), count('burr', '2')]).byType.map((type) => type.defectType)).toEqual([
      'burr',
      'crack',
    ]);
  });

  it('adds fractions without losing any', () => {
    expect(pareto([count('a', '0.1'), count('b', '0.2')]).total).toBe('0.3');
  });

  it('has no types where nothing was defective', () => {
    expect(pareto([])).toEqual({ total: '0', byType: [] });
  });
});

describe('a period', () => {
  const day = (offset: number) => new Date(Date.UTC(2026, 0, 1 + offset));

  it.each([
    ['may be a day', day(0), day(1), true],
    ['may be 400 days', day(0), day(400), true],
    ['must not be longer', day(0), new Date(day(400).getTime() + 1), false],
    ['must not be empty', day(1), day(1), false],
    ['must not run backwards', day(1), day(0), false],
  ] as const)('%s', (_case, from, to, fine) => {
    expect(isPeriod(from, to)).toBe(fine);
  });
});
