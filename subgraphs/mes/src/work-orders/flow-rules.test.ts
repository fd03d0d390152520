import { describe, expect, it } from 'vitest';
import { backOrder } from './family-rules.ts';
import { available, remainingAt } from './flow-rules.ts';
import { at, by, inLine, none, started, step } from './order-for-tests.ts';
import type { Operation } from './rules.ts';

const before = (operations: readonly Operation[], ordered: string) =>
  operations.map((operation) => available(operation, operations, ordered));
const left = (operations: readonly Operation[], ordered: string) =>
  operations.map((operation) => remainingAt(operation, operations, ordered));

describe('pieces before an operation', () => {
  it('are the least that those before it passed on, less what it took', () => {
    const join = [step(10, []), step(20, []), step(30, [10, 20])];
    const { operations } = started('10', join, [{ good: 6, scrap: 1 }, { good: 4 }, { good: 1, scrap: 1 }]);
    expect(before(operations, '10')).toEqual(['3', '6', '2']);
  });

  it('are never fewer than none', () => {
    const { operations } = started('10', inLine(2), [{ good: 4 }, { good: 9 }]);
    expect(before(operations, '10')).toEqual(['6', '0']);
  });

  it('are there again, once sent back, where they went and not behind it', () => {
    const { operations } = started('10', inLine(2), [
      { good: 10, returned: 1 },
      { good: 5, sentBack: 1 },
    ]);
    expect(before(operations, '10')).toEqual(['1', '4']);
  });
});

describe('pieces still to be made at an operation', () => {
  it('are those ordered and sent back, less good ones', () => {
    const { operations } = started('10', inLine(3), [{ good: 6, scrap: 1 }, { good: 5, returned: 2 }, { good: 12 }]);
    expect(left(operations, '10')).toEqual(['4', '7', '0']);
  });
});

describe('pieces on their way when the remainder becomes an order of its own', () => {
  it('lie before the operations of the back-order, and nowhere in the order they left', () => {
    const { order, operations } = started('10', inLine(3), [{ good: 8 }, { good: 6 }, { good: 4 }]);
    const birth = { id: 'wo-2', number: 'WO-1-1', operationIds: new Map(operations.map(({ id }) => [id, `${id}'`])) };
    const decision = backOrder(order, operations, birth, none, by, at);
    if (!decision.ok) throw new Error(JSON.stringify(decision.refusal));
    const { parent, parentOperations, child, childOperations } = decision.state;
    expect(before(parentOperations, parent.quantity).slice(1)).toEqual(['0', '0']);
    expect(left(parentOperations, parent.quantity)).toEqual(['0', '0', '0']);
    expect(before(childOperations, child.quantity).slice(1)).toEqual(['2', '2']);
    expect(left(childOperations, child.quantity)).toEqual(['2', '4', '6']);
  });
});
