import { describe, expect, it } from 'vitest';
import { decide, type Waiting } from './rules.ts';

const waiting: Waiting & { reportedBy: string } = {
  status: 'AWAITING',
  version: 1,
  reportedBy: 'emp-101',
  decidedBy: null,
  decidedAt: null,
  decisionReason: null,
};
const at = new Date('2026-03-10T04:00:00Z');
const approve = { status: 'APPROVED' as const, version: 1, reason: null };

describe('a report that waits', () => {
  it('is decided on by somebody else, once', () => {
    expect(decide(waiting, approve, 'emp-001', at)).toMatchObject({
      ok: true,
      state: { status: 'APPROVED', version: 2, decidedBy: 'emp-001', decidedAt: at },
    });
  });

  it.each([
    ['by its reporter', waiting, approve, 'emp-101', 'FOUR_EYES'],
    ['once more', { ...waiting, status: 'DECLINED' as const }, approve, 'emp-001', 'ALREADY_DECIDED'],
    ['in another version', { ...waiting, version: 2 }, approve, 'emp-001', 'STALE_VERSION'],
    [
      'against it without a reason',
      waiting,
      { ...approve, status: 'DECLINED' as const, reason: ' ' },
      'emp-001',
      'BAD_REASON',
    ],
    ['for a reason without end', waiting, { ...approve, reason: 'x'.repeat(1_001) }, 'emp-001', 'BAD_REASON'],
  ])('is not decided on %s', (_case, of, verdict, by, code) => {
    expect(decide(of, verdict, by, at)).toEqual({ ok: false, refusal: code });
  });
});
