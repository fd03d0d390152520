import { describe, expect, it } from 'vitest';
import { decide, draft, submit, type PpapStatus } from './ppap-rules.ts';

const step = { by: 'emp-201', at: new Date('2026-01-05T06:00:00Z'), reason: 'measured' };
const at = (status: PpapStatus) => ({ ...draft, status });

describe('a part approval', () => {
  it.each(['DRAFT', 'REJECTED'] as const)('that is %s can be submitted', (status) => {
    expect(submit(at(status), step)).toMatchObject({
      ok: true,
      state: { status: 'SUBMITTED', changedBy: 'emp-201', since: step.at, reason: 'measured' },
    });
  });

  it.each(['SUBMITTED', 'APPROVED', 'INTERIM_APPROVED'] as const)('that is %s is not submitted again', (status) => {
    expect(submit(at(status), step)).toEqual({ ok: false, refusal: 'NOT_SUBMITTABLE' });
  });

  it.each([
    ['APPROVE', 'APPROVED'],
    ['APPROVE_INTERIM', 'INTERIM_APPROVED'],
    ['REJECT', 'REJECTED'],
  ] as const)('that was submitted ends by %s as %s', (decision, status) => {
    expect(decide(at('SUBMITTED'), decision, step)).toMatchObject({ ok: true, state: { status } });
  });

  it.each(['DRAFT', 'APPROVED', 'REJECTED'] as const)('that is %s has nothing to decide', (status) => {
    expect(decide(at(status), 'APPROVE', step)).toEqual({ ok: false, refusal: 'NOT_SUBMITTED' });
  });

  it.each(['APPROVE_INTERIM', 'REJECT'] as const)('is decided by %s with a reason only', (decision) => {
    for (const reason of [null, ' ']) {
      expect(decide(at('SUBMITTED'), decision, { ...step, reason })).toEqual({ ok: false, refusal: 'REASON_MISSING' });
    }
    expect(decide(at('SUBMITTED'), 'APPROVE', { ...step, reason: null }).ok).toBe(true);
  });

  it('is one of a PPAP and of nothing else', () => {
    expect(submit(null, step)).toEqual({ ok: false, refusal: 'NO_PPAP' });
    expect(decide(null, 'APPROVE', step)).toEqual({ ok: false, refusal: 'NO_PPAP' });
  });
});
