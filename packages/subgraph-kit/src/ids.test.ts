import { expect, it } from 'vitest';
import { isId, newId } from './ids.ts';

it('ids sort by the time they were made at', () => {
  const ids = [1_000, 2_000, 1_700_000_000_000].map((at) => newId(at));
  expect([...ids].sort()).toEqual(ids);
});

it('an id is a UUID of version 7 and variant 1', () => {
  expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(isId(newId())).toBe(true);
});

it.each(['', 'wo-1', '0190', "' OR 1=1", newId().toUpperCase(), `${newId()} `])('%j is nobody’s id', (text) => {
  expect(isId(text)).toBe(false);
});
