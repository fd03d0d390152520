import { expect, it, vi } from 'vitest';
import { latestOnly } from './latest-only.ts';
import { createLiveGroup, type SharedResult } from './live-group.ts';

function house({ awayUntil = 0 } = {}) {
  let tick: () => void = () => undefined;
  const gates: (() => void)[] = [];
  const state = { executions: 0, bound: true, empty: false };
  const group = createLiveGroup({
    topic: 'a',
    askAgainMs: 10,
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
      return { result: { data: { number } }, text: '', isIncomplete: number <= awayUntil };
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

it('asks again by itself for what could not be shown, and tells only when it can be', async () => {
  const { group, state, finishOne } = house({ awayUntil: 4 });
  const member = group.join();
  await finishOne();
  expect(numberIn(await member.next())).toBe(1);
  const shown = member.next();
  for (let at = 0; at < 4; at += 1) await finishOne();
  expect(numberIn(await shown)).toBe(5);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(state.executions).toBe(5);
});

it('tells a newcomer at once that something is away, and asks nothing more when everybody has left', async () => {
  const { group, state, finishOne } = house({ awayUntil: 100 });
  const first = group.join();
  await finishOne();
  expect(numberIn(await first.next())).toBe(1);
  const second = group.join();
  await finishOne();
  expect(numberIn(await second.next())).toBe(2);
  await Promise.all([first.return(), second.return()]);
  const { executions } = state;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(state.executions).toBe(executions);
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
