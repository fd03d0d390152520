import { describe, expect, it } from 'vitest';
import { erpStatusOf, feedbackOf, idempotencyKey, nextAttemptAt, type OrderNow } from './rules.ts';

const at = new Date('2026-01-05T06:00:00Z');
const about = { workOrderId: 'wo-1', revision: 4, heardAt: at };
const order: OrderNow = {
  ...{ number: 'WO-1', status: 'HELD', productId: 'P', goodQuantity: '3', salesOrderId: null, salesOrderLine: null },
};

describe('what the ERP hears of an order', () => {
  it.each([
    ['DRAFT', null],
    ['PLANNED', null],
    ['RELEASED', 'RELEASED'],
    ['HELD', 'IN_PROGRESS'],
    ['CANCELLED', 'CANCELLED'],
  ])('of a %s order: %s', (status, heard) => {
    expect(erpStatusOf(status)).toBe(heard);
    expect(feedbackOf(about, { ...order, status })?.status ?? null).toBe(heard);
  });

  it('has one key for one content and another for another', () => {
    const told = feedbackOf(about, order)!;
    expect(idempotencyKey(told)).toBe(idempotencyKey({ ...told }));
    const others = [{ revision: 5 }, { confirmedQuantity: '4' }, { status: 'CLOSED' as const }];
    expect(new Set(others.map((change) => idempotencyKey({ ...told, ...change }))).size).toBe(3);
  });
});

describe('after a failure', () => {
  it('waits twice as long each time, and never longer than five minutes', () => {
    const seconds = [1, 2, 3, 8, 9, 1_000].map(
      (attempts) => (nextAttemptAt(attempts, at).getTime() - at.getTime()) / 1000,
    );
    expect(seconds).toEqual([2, 4, 8, 256, 300, 300]);
  });
});
