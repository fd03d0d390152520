import { describe, expect, it } from 'vitest';
import { judge } from './rules.ts';

const asOf = new Date('2026-01-05T06:00:00Z');
const known = (status: 'APPROVED' | 'PENDING' | 'REJECTED', isCurrent = true) => ({
  ...{ value: { materialId: 'M', status, approvedOn: null }, asOf, source: 'CACHE' as const, isCurrent },
});

describe('a material may go into an order', () => {
  it('when the ERP says that it is approved', () => {
    expect(judge('M', known('APPROVED'))).toEqual({ materialId: 'M', outcome: 'APPROVED', asOf });
  });

  it.each([
    ['is pending', known('PENDING')],
    ['was rejected', known('REJECTED')],
    ['is unknown to the ERP', { ...known('APPROVED'), value: null }],
  ])('and not when it %s', (_what, said) => {
    expect(judge('M', said).outcome).toBe('NOT_APPROVED');
  });

  it('and not when its approval is an old one and nobody can be asked', () => {
    expect(judge('M', known('APPROVED', false))).toEqual({ materialId: 'M', outcome: 'UNVERIFIED', asOf });
    expect(judge('M', null)).toEqual({ materialId: 'M', outcome: 'UNVERIFIED', asOf: null });
  });
});
