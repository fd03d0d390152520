import { expect, it, vi } from 'vitest';
import { latestOnly } from './latest-only.ts';
import { createLiveGroup, type SharedResult } from './live-group.ts';

function house() {
  let tick: () => void = () => undefined;
  const gates: (() => void)[] = [];
  const state = { executions: 0, bound: true, empty: false };
  const group = createLiveGroup({
    topic: 'a',
    onEmpty: () => void (state.empty = true),
    bus: {
      publish: () => undefined,
      close: async () => undefined,
      async subscribe(_topic, onTick) {
        tick = onTick;
        return () => void (state.bound = false);
      },
    },
    async execute(): Promise<SharedResult> {
      state.executions += 1;
      const number = state.executions;
      await new Promise<void>((resolve) => gates.push(resolve));
      return { result: { data: { number } }, text: '' };
    },
  });
  const finishOne = async () => {
    await vi.waitFor(() => expect(gates).not.toEqual([]));
    gates.shift()!();
  };
  return { group, state, finishOne, tick: () => tick() };
}
const numberIn = (item: IteratorResult<SharedResult, void>) => item.value?.result.data?.number;

it('answers any number of changes during an execution with one more', async () => {
  const { group, state, finishOne, tick } = house();
  const member = group.join();
  await finishOne();
  expect(numberIn(await member.next())).toBe(1);
  tick();
  await vi.waitFor(() => expect(state.executions).toBe(2));
  for (let at = 0; at < 100; at += 1) tick();
  await finishOne();
  await finishOne();
  expect(numberIn(await member.next())).toBe(2);
  expect(numberIn(await member.next())).toBe(3);
  expect(state.executions).toBe(3);
});

it('lets go of the topic with its last member', async () => {
  const { group, state, finishOne } = house();
  const one = group.join();
  const other = group.join();
  await finishOne();
  await one.return();
  expect(state).toMatchObject({ bound: true, empty: false });
  await other.return();
  expect(state).toMatchObject({ bound: false, empty: true });
});

it('keeps only the newest value for a slow reader', async () => {
  const stream = latestOnly<number>(() => undefined);
  for (const value of [1, 2, 3]) stream.push(value);
  expect(await stream.next()).toEqual({ value: 3, done: false });
  const waiting = stream.next();
  stream.end();
  expect(await waiting).toEqual({ value: undefined, done: true });
  stream.push(4);
  expect(await stream.next()).toEqual({ value: undefined, done: true });
});
