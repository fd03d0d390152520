import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { badDependency, predecessorsOf, type Dependent } from './dependency-rules.ts';

const step = (sequence: number, after: number[] | null = null, beside: number[] | null = null): Dependent => ({
  sequence,
  after,
  with: beside,
});

describe('what an operation waits for', () => {
  it('is the one before it when nothing is said', () => {
    expect([...predecessorsOf([step(20), step(10), step(30)])]).toEqual([
      [10, { after: [], with: [] }],
      [20, { after: [10], with: [] }],
      [30, { after: [20], with: [] }],
    ]);
  });

  it('is what it says, and nothing for an empty list', () => {
    const predecessors = predecessorsOf([step(10), step(20, []), step(30, [20, 10, 10]), step(40, null, [30])]);
    expect([...predecessors.values()]).toEqual([
      { after: [], with: [] },
      { after: [], with: [] },
      { after: [10, 20], with: [] },
      { after: [], with: [30] },
    ]);
  });
});

describe('dependencies', () => {
  it.each([
    ['one after the other', [step(10), step(20), step(30)]],
    ['two beside each other that meet in the last', [step(10), step(20, []), step(30, [10, 20])]],
    ['one that waits for a later sequence', [step(10, [20]), step(20, []), step(30, [10])]],
    ['one that runs beside the last', [step(10), step(20, null, [10])]],
    ['a single operation', [step(10)]],
  ])('may be %s', (_case, operations) => expect(badDependency(operations)).toBeNull());

  it.each([
    ['name an operation that is not there', [step(10), step(20, [15])], [20]],
    ['name the operation itself', [step(10, [10]), step(20)], [10, 20]],
    ['run in a circle', [step(10, [30]), step(20), step(30, [20]), step(40)], [10, 20, 30, 40]],
    ['run in a circle side by side', [step(10, null, [20]), step(20, null, [10])], [10, 20]],
    ['lead nowhere', [step(10), step(20), step(30, [10])], [20]],
    ['put the last one before another', [step(10, [20]), step(20, [])], [10]],
  ])('may not %s', (_case, operations, sequences) => expect(badDependency(operations)).toEqual(sequences));

  it('that are accepted can be worked off, and the last operation comes after all others', () => {
    const sequences = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 });
    const some = fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }), { nil: null });
    const routing = sequences.chain((numbers) =>
      fc.tuple(
        ...numbers.map((sequence) => fc.tuple(some, some).map(([after, beside]) => step(sequence, after, beside))),
      ),
    );
    fc.assert(
      fc.property(routing, (operations) => {
        fc.pre(badDependency(operations) === null);
        const open = new Map(
          [...predecessorsOf(operations)].map(([sequence, { after, with: beside }]) => [
            sequence,
            [...after, ...beside],
          ]),
        );
        const order: number[] = [];
        while (open.size > 0) {
          const last = Math.max(...open.keys());
          const ready = [...open].filter(([, before]) => before.every((sequence) => order.includes(sequence)));
          // The last one is put off for as long as anything else can be done.
          const [next] = ready.find(([sequence]) => sequence !== last) ?? ready[0]!;
          order.push(next);
          open.delete(next);
        }
        expect(order.at(-1)).toBe(Math.max(...operations.map(({ sequence }) => sequence)));
      }),
      { numRuns: 300 },
    );
  });
});
