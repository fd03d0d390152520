import { describe, expect, it } from 'vitest';
import {
  grant,
  isQualified,
  isValid,
  missingSkills,
  plantDay,
  revoke,
  startOfDay,
  type Qualification,
} from './rules.ts';

const at = new Date('2026-03-10T06:00:00Z');
const wanted = {
  id: 'q-1',
  factoryId: 'factory-sh-01',
  operatorId: 'emp-101',
  skill: 'WELDING',
  validFrom: '2026-03-01',
  validUntil: '2026-04-01',
  reason: null,
};
const granted = (change: Partial<Qualification> = {}): Qualification => {
  const decision = grant({ ...wanted, ...change }, 'emp-001', at);
  if (!decision.ok) throw new Error(decision.refusal);
  return { ...decision.state, ...change };
};

describe('a qualification', () => {
  it.each([
    ['2026-02-28', false],
    ['2026-03-01', true],
    ['2026-03-31', true],
    ['2026-04-01', false],
  ])('holds from its first day until the day before its last: %s %s', (day, valid) => {
    expect(isValid(granted(), day)).toBe(valid);
  });

  it('holds for good without a last day, until it is revoked', () => {
    const open = granted({ validUntil: null });
    expect(isValid(open, '2099-01-01')).toBe(true);
    const revoked = revoke(open, 'eyesight', 'emp-001', at);
    expect(revoked.ok && isValid(revoked.state, '2099-01-01')).toBe(false);
  });

  it('is taken away once, and with a reason', () => {
    expect(revoke(granted(), '  ', 'emp-001', at)).toMatchObject({ refusal: 'BAD_REASON' });
    expect(revoke(granted({ revokedAt: at }), 'again', 'emp-001', at)).toMatchObject({ refusal: 'ALREADY_REVOKED' });
  });

  it.each([
    [{ operatorId: '' }, 'BAD_OPERATOR'],
    [{ skill: 'x'.repeat(101) }, 'BAD_SKILL'],
    [{ validUntil: '2026-03-01' }, 'BAD_PERIOD'],
    [{ reason: 'x'.repeat(1_001) }, 'BAD_REASON'],
  ])('is not granted with %o', (change, refusal) => {
    expect(grant({ ...wanted, ...change }, 'emp-001', at)).toEqual({ ok: false, refusal });
  });
});

describe('the day of the plant', () => {
  it('begins where the plant is', () => {
    const evening = new Date('2026-03-31T16:30:00Z');
    expect(plantDay(evening, 'Asia/Shanghai')).toBe('2026-04-01');
    expect(plantDay(evening, 'Europe/Berlin')).toBe('2026-03-31');
    expect(startOfDay('2026-04-01', 'Asia/Shanghai')).toEqual(new Date('2026-03-31T16:00:00Z'));
  });
});

describe('an operator', () => {
  it('needs every skill that is required', () => {
    const own = [granted(), granted({ skill: 'CRANE', validUntil: null })];
    expect(isQualified([], [], '2026-03-10')).toBe(true);
    expect(isQualified(['WELDING', 'CRANE'], own, '2026-03-10')).toBe(true);
    expect(isQualified(['WELDING', 'CRANE'], own, '2026-04-10')).toBe(false);
    expect(isQualified(['welding'], own, '2026-03-10')).toBe(false);
  });

  it('may hold a skill more than once: any valid one counts', () => {
    const own = [granted({ revokedAt: at }), granted({ validFrom: '2026-03-05' })];
    expect(isQualified(['WELDING'], own, '2026-03-10')).toBe(true);
  });

  it('is told since when a skill is missing: since the last one ended', () => {
    const own = [
      granted({ validFrom: '2025-01-01', validUntil: '2026-01-01' }),
      granted({ validFrom: '2024-01-01', validUntil: '2025-01-01' }),
    ];
    expect(missingSkills(['WELDING', 'CRANE'], own, '2026-03-10')).toEqual([
      { skill: 'WELDING', validUntil: '2026-01-01', revokedAt: null },
      { skill: 'CRANE', validUntil: null, revokedAt: null },
    ]);
  });
});
