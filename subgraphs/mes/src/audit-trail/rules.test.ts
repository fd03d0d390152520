import { expect, it } from 'vitest';
import { changesOf, type Json } from './rules.ts';

it('names what differs and leaves out what does not', () => {
  const before = { status: 'PLANNED', quantity: '10', note: null, version: 1 };
  expect(changesOf(before, { ...before, status: 'RELEASED', note: 'soon', version: 2 })).toEqual([
    { field: 'note', old: null, new: 'soon' },
    { field: 'status', old: 'PLANNED', new: 'RELEASED' },
    { field: 'version', old: '1', new: '2' },
  ]);
});

it('names what lies deeper by its path', () => {
  const before = { operations: [{ name: 'Turning', ready: false }], policies: { mode: 'BLOCK' } };
  const after: Json = { operations: [{ name: 'Turning', ready: true }, { name: 'Milling' }], policies: null };
  expect(changesOf(before, after)).toEqual([
    { field: 'operations.0.ready', old: 'false', new: 'true' },
    { field: 'operations.1.name', old: null, new: 'Milling' },
    { field: 'policies.mode', old: 'BLOCK', new: null },
  ]);
});

it('shows every value of what is new or gone', () => {
  const state = { id: 'x', size: 0 };
  expect(changesOf(null, state)).toEqual([
    { field: 'id', old: null, new: 'x' },
    { field: 'size', old: null, new: '0' },
  ]);
  expect(changesOf(state, null)).toHaveLength(2);
  expect(changesOf(state, state)).toEqual([]);
  expect(changesOf(null, null)).toEqual([]);
});
