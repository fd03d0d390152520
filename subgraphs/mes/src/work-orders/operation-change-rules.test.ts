import { eventSchema } from '@enghub/event-contracts/envelope';
import { describe, expect, it } from 'vitest';
import { insertOperation, insertRepetition, leaveOut, type Changed } from './operation-change-rules.ts';
import { at, by, inLine, started, step } from './order-for-tests.ts';
import type { Operation, Status } from './rules.ts';

const why = { reason: 'crack found', by, at };
const inspection = {
  name: 'Inspection',
  stationId: null,
  setupSeconds: null,
  runSecondsPerPiece: '30',
  runSecondsPerBatch: null,
  batchQuantity: null,
  equipmentClass: null,
  requiredSkills: ['gauge'],
};

type Floor = ReturnType<typeof started>;
const adding = ({ order, operations }: Floor, afterId: string, change: object = {}) =>
  insertOperation(order, operations, { id: 'new', afterId, limit: '10' }, { ...inspection, ...change }, why);
const repeating = ({ order, operations }: Floor, repeatedId: string, afterId: string) =>
  insertRepetition(order, operations, { id: 'new', repeatedId, afterId, limit: '10' }, why);
const skipping = ({ order, operations }: Floor, id: string) => leaveOut(order, operations, id, why);

function changedBy(decision: ReturnType<typeof adding>): Changed {
  if (!decision.ok) throw new Error(decision.refusal);
  for (const { contract, data } of decision.events) eventSchema(contract).shape.data.parse(data);
  return decision.state;
}
const graph = ({ operations }: Changed) =>
  operations.map(({ id, sequence, afterIds, isLast }) => [id, sequence, afterIds.join(), isLast]);

const pending = { status: 'PENDING' as const };

describe('adding an operation', () => {
  it('puts it between one and what follows', () => {
    const changed = changedBy(adding(started('10', inLine(3), [{ good: 2 }]), 'op-1'));
    expect(graph(changed)).toEqual([
      ['op-1', 10, '', false],
      ['new', 15, 'op-1', false],
      ['op-2', 20, 'new', false],
      ['op-3', 30, 'op-2', true],
    ]);
    expect(changed.operation).toMatchObject({ goodLimit: '10', carriedQuantity: '0', status: 'PENDING' });
    expect(changed.change).toMatchObject({ kind: 'ADDED', version: 4, reason: 'crack found', changedBy: by });
  });

  it('does not ask for pieces that have gone on already', () => {
    const changed = changedBy(adding(started('10', inLine(2), [{ good: 8 }, { good: 5, scrap: 1 }]), 'op-1'));
    expect(changed.operations.map(({ id, carriedQuantity, goodLimit }) => [id, carriedQuantity, goodLimit])).toEqual([
      ['op-1', '-6', '10'],
      ['new', '6', '4'],
      ['op-2', '0', '10'],
    ]);
  });

  it('behind the last one makes it the last one, and its good pieces the order’s', () => {
    const changed = changedBy(adding(started('10', inLine(1), [{ good: 3 }]), 'op-1'));
    expect(graph(changed)).toEqual([
      ['op-1', 10, '', false],
      ['new', 20, 'op-1', true],
    ]);
    expect(changed.goodQuantity).toBe('0');
  });

  it('goes before all that follow', () => {
    const fork = [step(10, []), step(20, [10]), step(30, [10]), step(40, [20, 30])];
    expect(graph(changedBy(adding(started('10', fork), 'op-1')))).toEqual([
      ['op-1', 10, '', false],
      ['new', 15, 'op-1', false],
      ['op-2', 20, 'new', false],
      ['op-3', 30, 'new', false],
      ['op-4', 40, 'op-2,op-3', true],
    ]);
  });

  it('needs a number between the two', () => {
    expect(adding(started('10', [step(10, []), step(11, [10])]), 'op-1')).toEqual({ ok: false, refusal: 'NO_ROOM' });
  });

  it('needs a piece that has not gone on', () => {
    const floor = started('10', inLine(2), [{ good: 10 }, { good: 10 }]);
    expect(adding(floor, 'op-1')).toEqual({ ok: false, refusal: 'ALL_PASSED' });
  });

  it.each<[object, string]>([
    [{ name: '' }, 'BAD_NAME'],
    [{ requiredSkills: [' '] }, 'BAD_NAME'],
    [{ setupSeconds: '-1' }, 'NEGATIVE_TIME'],
    [{ batchQuantity: '5' }, 'BAD_BATCH'],
    [{ runSecondsPerBatch: '60', batchQuantity: '5' }, 'BAD_BATCH'],
  ])('is refused with %j', (change, refusal) => {
    expect(adding(started('10', inLine(2)), 'op-1', change)).toEqual({ ok: false, refusal });
  });

  it.each<Status>(['DRAFT', 'PLANNED', 'COMPLETED', 'CLOSED', 'CANCELLED'])('is not for %s orders', (status) => {
    const { order, operations } = started('10', inLine(1));
    expect(adding({ order: { ...order, status }, operations }, 'op-1')).toMatchObject({ refusal: 'ORDER_NOT_RUNNING' });
  });
});

describe('repeating an operation', () => {
  it('copies it behind a later one, without its materials', () => {
    const floor = started('10', inLine(2));
    const operations = floor.operations.map((operation) => ({ ...operation, materialIds: ['STEEL'] }));
    const changed = changedBy(repeating({ ...floor, operations }, 'op-1', 'op-2'));
    expect(changed.operation).toMatchObject({ name: 'op 10', sequence: 30, isLast: true, materialIds: [] });
    expect(changed.change.kind).toBe('REPEATED');
  });

  it('is not done before the first time', () => {
    expect(repeating(started('10', inLine(2)), 'op-2', 'op-1')).toEqual({ ok: false, refusal: 'BAD_PLACE' });
    expect(repeating(started('10', inLine(2)), 'op-9', 'op-1')).toEqual({ ok: false, refusal: 'OPERATION_NOT_FOUND' });
  });
});

describe('skipping an operation', () => {
  it('lets what follows come after what was before', () => {
    const changed = changedBy(skipping(started('10', inLine(3), [{ good: 4 }, pending, pending]), 'op-2'));
    expect(graph(changed)).toEqual([
      ['op-1', 10, '', false],
      ['op-2', 20, 'op-1', false],
      ['op-3', 30, 'op-1', true],
    ]);
    expect(changed.operation.status).toBe('SKIPPED');
  });

  it('makes the one before the last one, and its good pieces the order’s', () => {
    const changed = changedBy(skipping(started('10', inLine(2), [{ good: 4 }, pending]), 'op-2'));
    expect(changed.operations.map(({ isLast }) => isLast)).toEqual([true, false]);
    expect(changed.goodQuantity).toBe('4');
  });

  it('where several led to the last one, the latest of them waits for the others', () => {
    const join = [step(10, []), step(20, [10]), step(30, [10]), step(40, [20, 30])];
    const changed = changedBy(skipping(started('10', join, [{}, {}, {}, pending]), 'op-4'));
    expect(graph(changed)[2]).toEqual(['op-3', 30, 'op-1,op-2', true]);
  });

  it.each([
    [{ good: 1, status: 'IN_PROGRESS' as const }, 'OPERATION_BEGUN'],
    [{ status: 'FINISHED' as const }, 'OPERATION_BEGUN'],
    [{ status: 'SKIPPED' as const }, 'OPERATION_SKIPPED'],
  ])('is refused for one that is %j', (made, refusal) => {
    expect(skipping(started('10', inLine(2), [made]), 'op-1')).toEqual({ ok: false, refusal });
  });

  it('waits until those beside the new last one have made as many pieces', () => {
    const join = [step(10, []), step(20, [10]), step(30, [10]), step(40, [20, 30])];
    const floor = (good: number) => {
      const { order, operations } = started('10', join, [{ good: 4 }, { good }, { good: 3 }, pending]);
      return { order, operations: operations.map((it): Operation => ({ ...it, predecessorMode: 'BLOCK' })) };
    };
    expect(skipping(floor(2), 'op-4')).toEqual({ ok: false, refusal: 'PARALLEL_OPERATION_BEHIND' });
    expect(changedBy(skipping(floor(3), 'op-4')).goodQuantity).toBe('3');
  });

  it('leaves at least one', () => {
    expect(skipping(started('10', inLine(1), [pending]), 'op-1')).toEqual({ ok: false, refusal: 'ONLY_OPERATION' });
  });

  it('is refused where pieces of another order wait', () => {
    const floor = started('10', inLine(2), [pending, pending]);
    const [first, last] = floor.operations;
    const carried = [{ ...first!, carriedQuantity: '2' }, last!];
    for (const id of ['op-1', 'op-2']) {
      expect(skipping({ ...floor, operations: carried }, id)).toEqual({ ok: false, refusal: 'CARRIED_PIECES' });
    }
  });
});
