import { expect, it } from 'vitest';
import { boundedCache } from './bounded-cache.ts';

it('lets the oldest go when the budget is used up', () => {
  const cache = boundedCache<number>(20);
  for (let at = 0; at < 25; at += 1) cache.set(`k${at}`, at);
  expect([cache.get('k4'), cache.get('k5'), cache.get('k24')]).toEqual([undefined, 5, 24]);
});

it('weighs entries, replaces them, and does not keep giants', () => {
  const cache = boundedCache<string>(100, (text) => text.length);
  cache.set('giant', 'x'.repeat(11));
  expect(cache.get('giant')).toBeUndefined();
  for (let round = 0; round < 50; round += 1) cache.set('same', 'x'.repeat(10));
  for (let at = 0; at < 9; at += 1) cache.set(`k${at}`, 'x'.repeat(10));
  expect(cache.get('same')).toBe('x'.repeat(10));
  cache.set('one more', 'x');
  expect(cache.get('same')).toBeUndefined();
});

it('forgets by key', () => {
  const cache = boundedCache<number>(20);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.deleteWhere((key) => key === 'a');
  expect([cache.get('a'), cache.get('b')]).toEqual([undefined, 2]);
});
