import { describe, expect, it } from 'vitest';
import { archive, defineRouting, type PlannedOperation } from './rules.ts';

const turning: PlannedOperation = {
  sequence: 10,
  name: 'Turning',
  stationId: 'st-1',
  setupSeconds: '600',
  runSecondsPerPiece: '90',
  runSecondsPerBatch: null,
  batchQuantity: null,
  after: null,
  with: null,
  transferQuantity: null,
  equipmentClass: null,
  requiredSkills: [],
  materialIds: [],
};
const milling: PlannedOperation = { ...turning, sequence: 20, name: 'Milling', setupSeconds: null };
const furnace: PlannedOperation = {
  ...milling,
  runSecondsPerPiece: null,
  runSecondsPerBatch: '3600',
  batchQuantity: '40',
};
const wanted = { id: 'r-2', factoryId: 'f', code: 'R1', productId: 'P1', operations: [turning, milling] };
const routing = { id: 'r-1', factoryId: 'f', code: 'R1', version: 3, productId: 'P1', archivedAt: null };
const inForce = {
  routing,
  operations: [
    { ...turning, after: [], with: [] },
    { ...milling, after: [10], with: [] },
  ],
};

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
    [
      'an operation that no longer waits',
      { operations: [{ ...turning, sequence: 5 }, turning, { ...milling, after: [5, 10] }] },
    ],
    ['pieces that are handed on in lots', { operations: [turning, { ...milling, transferQuantity: '50' }] }],
    ['a skill', { operations: [turning, { ...milling, requiredSkills: ['5-axis'] }] }],
    ['a class of equipment', { operations: [turning, { ...milling, equipmentClass: 'VMC' }] }],
    ['a material', { operations: [turning, { ...milling, materialIds: ['MAT-1'] }] }],
    ['work in batches', { operations: [turning, furnace] }],
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
    ['a blank skill', { operations: [{ ...turning, requiredSkills: [''] }] }, 'BAD_NAME'],
    ['a material without an id', { operations: [{ ...turning, materialIds: ['M\u0000'] }] }, 'BAD_NAME'],
    ['too many skills', { operations: [{ ...turning, requiredSkills: Array<string>(21).fill('x') }] }, 'TOO_MANY'],
    ['a batch of unknown size', { operations: [turning, { ...furnace, batchQuantity: null }] }, 'BAD_BATCH'],
    ['a batch without a time', { operations: [turning, { ...furnace, runSecondsPerBatch: null }] }, 'BAD_BATCH'],
    ['times per piece and per batch', { operations: [turning, { ...furnace, runSecondsPerPiece: '1' }] }, 'BAD_BATCH'],
    ['a batch of nothing', { operations: [turning, { ...furnace, batchQuantity: '0' }] }, 'BAD_QUANTITY'],
    ['a transfer of nothing', { operations: [turning, { ...milling, transferQuantity: '0' }] }, 'BAD_QUANTITY'],
    [
      'operations that wait for each other',
      { operations: [{ ...turning, after: [20] }, milling] },
      { code: 'BAD_DEPENDENCY', sequences: [10, 20] },
    ],
    ['a negative time', { operations: [{ ...turning, setupSeconds: '-1' }] }, 'NEGATIVE_TIME'],
  ])('refuses %s', (_case, change, refusal) => {
    expect(defineRouting(inForce, { ...wanted, ...change })).toEqual({ ok: false, refusal });
  });
});

describe('archiving a routing', () => {
  const at = new Date('2026-03-10T04:00:00Z');

  it('is remembered once', () => {
    const archived = archive(routing, at);
    expect(archived).toEqual({ ...routing, archivedAt: at });
    expect(archive(archived, new Date())).toBe(archived);
  });

  it('ends with the next version, even of the same operations', () => {
    const known = { ...inForce, routing: archive(routing, at) };
    expect(defineRouting(known, wanted)).toMatchObject({ state: { routing: { version: 4, archivedAt: null } } });
  });
});
