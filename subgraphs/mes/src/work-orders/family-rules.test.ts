import { eventSchema } from '@enghub/event-contracts/envelope';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backOrder, carriedOf, split, type Birth, type Family } from './family-rules.ts';
import { leastQuantity } from './limit-rules.ts';
import { at, by, figures, inLine, none, started, step } from './order-for-tests.ts';
import type { Operation, Status } from './rules.ts';

const birthOf = (operations: readonly Operation[]): Birth => ({
  id: 'wo-2',
  number: 'WO-1-1',
  operationIds: new Map(operations.map(({ id }) => [id, `${id}'`])),
});
const splitting = ({ order, operations }: ReturnType<typeof started>, quantity: string, allowance = none) =>
  split(order, operations, quantity, birthOf(operations), allowance, by, at);
const backOrdering = ({ order, operations }: ReturnType<typeof started>, allowance = none) =>
  backOrder(order, operations, birthOf(operations), allowance, by, at);
function familyOf(decision: ReturnType<typeof splitting>): Family {
  if (!decision.ok) throw new Error(JSON.stringify(decision.refusal));
  for (const { contract, data } of [...decision.events, ...decision.state.childEvents]) {
    eventSchema(contract).shape.data.parse(data);
  }
  return decision.state;
}
describe('splitting an order', () => {
  it('moves pieces that nobody has begun, and leaves what was reported where it is', () => {
    const before = started('10', inLine(2), [{ good: 4 }, { good: 1 }]);
    const { parent, parentOperations, child, childOperations } = familyOf(splitting(before, '6'));
    expect(parent).toMatchObject({ id: 'wo-1', quantity: '4', goodQuantity: '1', status: 'IN_PROGRESS' });
    expect(child).toMatchObject({
      ...{ number: 'WO-1-1', quantity: '6', status: 'RELEASED', parentId: 'wo-1', parentRelation: 'SPLIT' },
      ...{ salesOrderId: 'SO-1', bomVersion: 'v3', routingId: 'r', goodQuantity: '0', version: 1, startedAt: null },
    });
    expect(figures(parentOperations)).toEqual([
      ['0', '4', 'IN_PROGRESS'],
      ['0', '4', 'IN_PROGRESS'],
    ]);
    expect(figures(childOperations)).toEqual([
      ['0', '6', 'PENDING'],
      ['0', '6', 'PENDING'],
    ]);
    expect(childOperations[1]!.afterIds).toEqual([childOperations[0]!.id]);
  });

  it.each([
    ['7', { code: 'MORE_THAN_UNMADE', limit: '6', actual: '7' }],
    ['10', { code: 'MORE_THAN_UNMADE', limit: '6', actual: '10' }],
    ['0', 'BAD_QUANTITY'],
    ['-1', 'BAD_QUANTITY'],
  ])('refuses to move %s of 10 when 4 are begun', (quantity, refusal) => {
    expect(splitting(started('10', inLine(2), [{ good: 4 }]), quantity)).toEqual({ ok: false, refusal });
  });

  it('never moves all', () => {
    expect(splitting(started('10', inLine(1)), '10')).toMatchObject({ ok: false });
  });

  it.each<Status>(['DRAFT', 'HELD', 'COMPLETED', 'CLOSED', 'CANCELLED'])('is not for %s orders', (status) => {
    const { order, operations } = started('10', inLine(1));
    expect(splitting({ order: { ...order, status }, operations }, '1')).toEqual({
      ok: false,
      refusal: 'ILLEGAL_TRANSITION',
    });
  });

  it('of a planned order gives a planned one', () => {
    const { order, operations } = started('10', inLine(1));
    const { child, childEvents } = familyOf(splitting({ order: { ...order, status: 'PLANNED' }, operations }, '1'));
    expect(child).toMatchObject({ status: 'PLANNED', releasedAt: null });
    expect(childEvents).toEqual([]);
  });
});

describe('a back-order', () => {
  it('takes the pieces between operations along; what is finished stays finished', () => {
    const before = started('10', inLine(3), [{ good: 10, status: 'FINISHED' }, { good: 6 }, { good: 4 }]);
    const { parent, parentOperations, child, childOperations } = familyOf(backOrdering(before));
    expect([parent.quantity, child.quantity]).toEqual(['4', '6']);
    expect(figures(parentOperations)).toEqual([
      ['-4', '10', 'FINISHED'],
      ['-2', '6', 'IN_PROGRESS'],
      ['0', '4', 'IN_PROGRESS'],
    ]);
    expect(figures(childOperations)).toEqual([
      ['4', '0', 'FINISHED'],
      ['2', '4', 'PENDING'],
      ['0', '6', 'PENDING'],
    ]);
  });

  it('makes again what was scrapped on the way', () => {
    const before = started('10', inLine(2), [
      { good: 10, status: 'FINISHED' },
      { good: 6, scrap: 1 },
    ]);
    const { childOperations } = familyOf(backOrdering(before));
    expect(figures(childOperations)).toEqual([
      ['3', '1', 'PENDING'],
      ['0', '4', 'PENDING'],
    ]);
  });

  it('counts a piece that was sent back as one that comes again', () => {
    const before = started('10', inLine(2), [
      { good: 10, returned: 1 },
      { good: 5, sentBack: 1 },
    ]);
    expect(figures(familyOf(backOrdering(before)).childOperations)).toEqual([
      ['4', '1', 'PENDING'],
      ['0', '5', 'PENDING'],
    ]);
  });

  it('lets each of several ways on have what waits for it', () => {
    const fork = [step(10, []), step(20, [10]), step(30, [10]), step(40, [20, 30])];
    const before = started('10', fork, [{ good: 10 }, { good: 6 }, { good: 4 }, { good: 4 }]);
    expect(figures(familyOf(backOrdering(before)).childOperations)).toEqual([
      ['6', '0', 'FINISHED'],
      ['2', '4', 'PENDING'],
      ['0', '6', 'PENDING'],
      ['0', '6', 'PENDING'],
    ]);
  });

  it('needs something made and something left', () => {
    expect(backOrdering(started('10', inLine(1), [{ good: 10 }]))).toMatchObject({ refusal: 'NOTHING_LEFT' });
    expect(backOrdering(started('10', inLine(2), [{ good: 5 }]))).toMatchObject({ refusal: 'NOTHING_MADE' });
  });

  it.each<Status>(['DRAFT', 'PLANNED', 'RELEASED', 'HELD', 'CLOSED', 'CANCELLED'])('is not for %s orders', (status) => {
    const { order, operations } = started('10', inLine(1), [{ good: 5 }]);
    expect(backOrdering({ order: { ...order, status }, operations })).toMatchObject({ refusal: 'ILLEGAL_TRANSITION' });
  });
});

describe('whatever was made before', () => {
  /** A line of operations, each of which worked on what the one before made. */
  const shopFloor = fc
    .record({
      quantity: fc.integer({ min: 2, max: 50 }),
      shares: fc.array(fc.record({ processed: fc.nat(100), scrap: fc.nat(30) }), { minLength: 1, maxLength: 6 }),
    })
    .map(({ quantity, shares }) => {
      let available = quantity;
      const made = shares.map(({ processed, scrap }) => {
        const all = Math.floor((available * processed) / 100);
        const lost = Math.floor((all * scrap) / 100);
        available = all - lost;
        return { good: available, scrap: lost };
      });
      return started(String(quantity), inLine(shares.length), made);
    });

  const sum = (numbers: readonly string[]) =>
    numbers.reduce((total, next) => total.plus(next), new Decimal(0)).toFixed();

  /** Processed here is at most what the operations before have, made or carried. */
  const flows = (operations: readonly Operation[]) =>
    operations.every((operation) =>
      operation.afterIds.every((id) => {
        const before = operations.find((one) => one.id === id)!;
        const processed = sum([operation.goodQuantity, operation.scrapQuantity, operation.sentBackQuantity]);
        return new Decimal(sum([before.goodQuantity, before.carriedQuantity])).gte(processed);
      }),
    );

  it('a division keeps the ordered quantity and every piece', () => {
    fc.assert(
      fc.property(shopFloor, fc.integer({ min: 1, max: 50 }), fc.boolean(), (before, part, takeRest) => {
        const decision = takeRest ? backOrdering(before) : splitting(before, String(part));
        if (!decision.ok) return;
        const { parent, parentOperations, child, childOperations } = familyOf(decision);
        expect(sum([parent.quantity, child.quantity])).toBe(before.order.quantity);
        for (const [i, operation] of before.operations.entries()) {
          const [left, moved] = [parentOperations[i]!, childOperations[i]!];
          expect(sum([left.carriedQuantity, moved.carriedQuantity])).toBe('0');
          expect(left.goodQuantity).toBe(operation.goodQuantity);
          expect(moved.goodQuantity).toBe('0');
          expect(new Decimal(left.goodLimit).gte(operation.goodQuantity)).toBe(true);
        }
        expect(flows(parentOperations)).toBe(true);
        if (!takeRest) expect(new Decimal(parent.quantity).gte(leastQuantity(parentOperations))).toBe(true);
      }),
    );
  });

  it('a back-order can be finished: what each operation may make, and what waits after it, is just enough', () => {
    fc.assert(
      fc.property(shopFloor, (before) => {
        const decision = backOrdering(before);
        if (!decision.ok) return;
        const { child, childOperations } = familyOf(decision);
        const finished = childOperations.map((operation) => ({ ...operation, goodQuantity: operation.goodLimit }));
        expect(flows(finished)).toBe(true);
        expect(finished.at(-1)!.goodQuantity).toBe(child.quantity);
        for (const { status, goodLimit: limit } of childOperations) expect(status === 'FINISHED').toBe(limit === '0');
      }),
    );
  });

  it('a back-order of a back-order takes along what came with the first and what was made since', () => {
    const first = familyOf(backOrdering(started('10', inLine(3), [{ good: 10 }, { good: 6 }, { good: 4 }])));
    const made = first.childOperations.map((operation, i) => ({ ...operation, goodQuantity: ['0', '1', '2'][i]! }));
    const child = { ...first.child, status: 'IN_PROGRESS' as const, goodQuantity: '2' };
    const second = familyOf(backOrder(child, made, birthOf(made), none, by, at));
    expect([second.parent.quantity, second.child.quantity]).toEqual(['2', '4']);
    expect(figures(second.childOperations)).toEqual([
      ['3', '0', 'FINISHED'],
      ['1', '3', 'PENDING'],
      ['0', '4', 'PENDING'],
    ]);
  });

  it('takes nothing along from an operation that was skipped', () => {
    const { operations } = started('10', inLine(2), [{ good: 5, status: 'SKIPPED' }, { good: 2 }]);
    const rewired = [operations[0]!, { ...operations[1]!, afterIds: [] }];
    expect(carriedOf(rewired).get('op-1')!.waiting.toFixed()).toBe('0');
  });
});
