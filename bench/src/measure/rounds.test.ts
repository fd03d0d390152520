import { expect, it } from 'vitest';
import { alternate, median, spreadOf } from './rounds.ts';

it('lets every candidate go first in its turn', async () => {
  const order: string[] = [];
  const take = (name: string) => async (round: number) => void order.push(`${name}${round}`);
  await alternate(
    new Map([
      ['a', take('a')],
      ['b', take('b')],
    ]),
    2,
  );
  expect(order).toEqual(['a0', 'b0', 'b1', 'a1']);
});

it('keeps the samples of each candidate in the order of the rounds', async () => {
  const samples = await alternate(new Map([['a', async (round: number) => round * 10]]), 3);
  expect(samples.get('a')).toEqual([0, 10, 20]);
});

it('takes the middle value, or the mean of the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([1, 2, 3, 10])).toBe(2.5);
  expect(spreadOf([3, 1, 2], (it) => it)).toEqual({ median: 2, least: 1, most: 3 });
});
