import { describe, expect, it } from 'vitest';
import { defineRouting, type RoutingOperation } from './rules.ts';

const turning: RoutingOperation = {
  sequence: 10,
  name: 'Turning',
  stationId: 'st-1',
  setupSeconds: '600',
  runSecondsPerPiece: '90',
};
const milling: RoutingOperation = { ...turning, sequence: 20, name: 'Milling', setupSeconds: null };
const wanted = { id: 'r-2', factoryId: 'f', code: 'R1', productId: 'P1', operations: [turning, milling] };
const routing = { id: 'r-1', factoryId: 'f', code: 'R1', version: 3, productId: 'P1' };
const inForce = { routing, operations: [turning, milling] };

describe('defining a routing', () => {
  it('begins with version 1', () => {
    expect(defineRouting(null, wanted)).toMatchObject({ ok: true, state: { routing: { id: 'r-2', version: 1 } } });
  });

  it('answers the version in force when nothing differs, in whatever order and writing', () => {
    const same = { ...wanted, operations: [milling, { ...turning, setupSeconds: '600.00' }] };
    expect(defineRouting(inForce, same)).toEqual({ ok: true, state: inForce, events: [] });
  });

  it.each([
    ['another time', { operations: [turning, { ...milling, runSecondsPerPiece: '91' }] }],
    ['a time that was not known before', { operations: [turning, { ...milling, setupSeconds: '0' }] }],
    ['another station', { operations: [{ ...turning, stationId: null }, milling] }],
    ['an operation less', { operations: [turning] }],
    ['another product', { productId: 'P2' }],
  ])('makes the next version for %s', (_case, change) => {
    expect(defineRouting(inForce, { ...wanted, ...change })).toMatchObject({ state: { routing: { version: 4 } } });
  });

  it.each([
    ['no operations', { operations: [] }, 'NO_OPERATIONS'],
    [
      '101 operations',
      { operations: Array.from({ length: 101 }, (_, at) => ({ ...turning, sequence: at + 1 })) },
      'NO_OPERATIONS',
    ],
    ['two operations of one sequence', { operations: [turning, { ...milling, sequence: 10 }] }, 'BAD_SEQUENCE'],
    ['a sequence below 1', { operations: [{ ...turning, sequence: 0 }] }, 'BAD_SEQUENCE'],
    ['a blank name', { operations: [{ ...turning, name: ' ' }] }, 'BAD_NAME'],
    ['a blank code', { code: '' }, 'BAD_NAME'],
    ['a product without an id', { productId: '' }, 'BAD_NAME'],
    ['a negative time', { operations: [{ ...turning, setupSeconds: '-1' }] }, 'NEGATIVE_TIME'],
  ])('refuses %s', (_case, change, refusal) => {
    expect(defineRouting(inForce, { ...wanted, ...change })).toEqual({ ok: false, refusal });
  });
});
