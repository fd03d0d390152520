import { describe, expect, it } from 'vitest';
import { askOnceEach } from './unique-representations.ts';

const station = (id: string) => ({ __typename: 'Station', id });

type Entity = { equipment: { name: string } } | null;

describe('entities that several places want', () => {
  it('are asked for once and given to all of them', async () => {
    const asked: unknown[] = [];
    const answer = await askOnceEach(
      { shift: 'day', representations: [station('a'), station('b'), station('a')] },
      async (variables) => {
        asked.push(variables);
        return { data: { _entities: [{ equipment: { name: 'A' } }, { equipment: { name: 'B' } }] } };
      },
    );
    expect(asked).toEqual([{ shift: 'day', representations: [station('a'), station('b')] }]);
    const [a, b, again] = answer.data!._entities as Entity[];
    expect([a, b, again]).toEqual([{ equipment: { name: 'A' } }, { equipment: { name: 'B' } }, a]);
    // The gateway writes into its answers: what it writes at one place must not appear at another.
    expect(again).not.toBe(a);
    expect(again!.equipment).not.toBe(a!.equipment);
  });

  it('pass an error on to every place that wanted the entity', async () => {
    const answer = await askOnceEach({ representations: [station('b'), station('a'), station('a')] }, async () => ({
      data: { _entities: [{ equipment: null }, null] },
      errors: [{ message: 'away', path: ['_entities', 1, 'equipment'] }, { message: 'elsewhere' }],
    }));
    expect(answer.data).toEqual({ _entities: [{ equipment: null }, null, null] });
    expect(answer.errors).toEqual([
      { message: 'away', path: ['_entities', 1, 'equipment'] },
      { message: 'away', path: ['_entities', 2, 'equipment'] },
      { message: 'elsewhere' },
    ]);
  });

  it('stay as they are when the subgraph answers without data', async () => {
    const answer = await askOnceEach({ representations: [station('a'), station('a')] }, async () => ({
      data: null,
      errors: [{ message: 'refused' }],
    }));
    expect(answer).toEqual({ data: null, errors: [{ message: 'refused' }] });
  });

  it('leave a request alone in which all differ, or that asks for no entity', async () => {
    for (const variables of [{ representations: [station('a'), station('b')] }, { first: 20 }, undefined]) {
      await askOnceEach(variables, async (given) => {
        expect(given).toBe(variables);
        return { data: {} };
      });
    }
  });
});
