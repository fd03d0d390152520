import { describe, expect, it } from 'vitest';
import { adjust, edit } from './edit-rules.ts';
import { at, by, figures, inLine, started } from './order-for-tests.ts';
import type { Status } from './rules.ts';

describe('changing the quantity of a running order', () => {
  const before = started('10', inLine(2), [{ good: 8, status: 'FINISHED' }, { good: 3 }]);

  it('is refused below what an operation has made', () => {
    expect(edit(before.order, { quantity: '7' }, before.operations, by, at)).toEqual({
      ok: false,
      refusal: { code: 'BELOW_MADE', limit: '8', actual: '7' },
    });
    expect(edit(before.order, { quantity: '8' }, before.operations, by, at)).toMatchObject({ ok: true });
  });

  it('moves the limits, and gives a finished operation something to do again', () => {
    const raised = adjust(before.operations, { before: '10', after: '12' }, { percent: '10', quantity: null });
    expect(figures(raised)).toEqual([
      ['0', '12.2', 'PENDING'],
      ['0', '12.2', 'IN_PROGRESS'],
    ]);
  });

  it.each<[Status, boolean]>([
    ['DRAFT', true],
    ['PLANNED', true],
    ['RELEASED', false],
    ['HELD', false],
  ])('the external id of a %s order may change: %s', (status, may) => {
    const decision = edit({ ...before.order, status }, { externalId: 'E-1' }, before.operations, by, at);
    expect(decision).toMatchObject(may ? { ok: true } : { refusal: 'FIXED_BY_RELEASE' });
  });

  it.each<Status>(['COMPLETED', 'CLOSED', 'CANCELLED'])('nothing of a %s order changes', (status) => {
    const decision = edit({ ...before.order, status }, { priority: 1 }, before.operations, by, at);
    expect(decision).toEqual({ ok: false, refusal: 'ILLEGAL_TRANSITION' });
  });

  it('tells what changed, and nothing when nothing did', () => {
    const decision = edit(before.order, { priority: 1, quantity: '10.0' }, before.operations, by, at);
    expect(decision.ok && decision.events[0]!.data).toMatchObject({ changed: ['priority'], priority: 1 });
    expect(edit(before.order, { quantity: '10.00' }, before.operations, by, at)).toEqual({
      ok: true,
      state: before.order,
      events: [],
    });
  });
});
