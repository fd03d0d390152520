import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combining } from './combine.ts';

type Item = { key: string; bad?: boolean };

/** A statement that waits until it is let go, and fails when one of its items is bad. */
function statements() {
  const sent: string[][] = [];
  const gates: (() => void)[] = [];
  const send = async (items: readonly Item[]) => {
    sent.push(items.map(({ key }) => key));
    await new Promise<void>((resolve) => gates.push(resolve));
    if (items.some(({ bad }) => bad)) throw new Error('one of them is bad');
    return items.map(({ key }) => `answer to ${key}`);
  };
  const letGo = async () => {
    gates.shift()?.();
    await new Promise(setImmediate);
  };
  const options = { send, keyOf: ({ key }: Item) => key, isWorthRetrying: () => true, maxItems: 3 };
  return { sent, letGo, options };
}

describe('combining', () => {
  it('sends a lone call at once and lets the others share the next statement', async () => {
    const { sent, letGo, options } = statements();
    const combine = combining(options);
    const answers = ['a', 'b', 'c'].map((key) => combine({ key }));
    expect(sent).toEqual([['a']]);
    await letGo();
    expect(sent).toEqual([['a'], ['b', 'c']]);
    await letGo();
    expect(await Promise.all(answers)).toEqual(['answer to a', 'answer to b', 'answer to c']);
  });

  it('keeps statements to their size and the calls in their order', async () => {
    const { sent, letGo, options } = statements();
    const combine = combining(options);
    const answers = ['a', 'b', 'c', 'd', 'e'].map((key) => combine({ key }));
    for (let round = 0; round < 3; round++) await letGo();
    expect(sent).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
    await Promise.all(answers);
  });

  it('never puts two of one key into a statement', async () => {
    const { sent, letGo, options } = statements();
    const combine = combining(options);
    const answers = ['a', 'b', 'b', 'c'].map((key) => combine({ key }));
    for (let round = 0; round < 3; round++) await letGo();
    expect(sent).toEqual([['a'], ['b', 'c'], ['b']]);
    await Promise.all(answers);
  });

  it('lets a bad call spoil only its own answer', async () => {
    const { sent, letGo, options } = statements();
    const combine = combining(options);
    const answers = [{ key: 'a' }, { key: 'b' }, { key: 'c', bad: true }, { key: 'd' }].map((item) => combine(item));
    const outcomes = Promise.allSettled(answers);
    for (let round = 0; round < 5; round++) await letGo();
    expect(sent).toEqual([['a'], ['b', 'c', 'd'], ['b'], ['c'], ['d']]);
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it('does not ask one by one when nobody answers at all', async () => {
    const { sent, letGo, options } = statements();
    const combine = combining({ ...options, isWorthRetrying: () => false });
    const answers = [{ key: 'a' }, { key: 'b', bad: true }, { key: 'c' }].map((item) => combine(item));
    const outcomes = Promise.allSettled(answers);
    for (let round = 0; round < 2; round++) await letGo();
    expect(sent).toEqual([['a'], ['b', 'c']]);
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('goes on after a failure', async () => {
    const { letGo, options } = statements();
    const combine = combining(options);
    const failed = Promise.allSettled([combine({ key: 'a', bad: true })]);
    await letGo();
    await failed;
    const answer = combine({ key: 'b' });
    await letGo();
    expect(await answer).toBe('answer to b');
  });

  it('answers every call with its own answer, whatever comes together', async () => {
    const keys = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(keys, fc.integer({ min: 1, max: 7 }), async (numbers, maxItems) => {
        const combine = combining<number, number>({
          send: async (items) => {
            expect(new Set(items).size).toBe(items.length);
            expect(items.length).toBeLessThanOrEqual(maxItems);
            return items.map((item) => item * 10);
          },
          keyOf: String,
          isWorthRetrying: () => true,
          maxItems,
        });
        expect(await Promise.all(numbers.map(combine))).toEqual(numbers.map((number) => number * 10));
      }),
    );
  });
});
