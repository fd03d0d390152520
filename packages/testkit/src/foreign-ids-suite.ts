/** The tests that subgraphs share of ids of others: whoever names one hears what one hears of what does not exist. */
import type { Claims } from '@enghub/subgraph-kit/claims';
import { expect, it } from 'vitest';
import { otherTenant } from './claims.ts';
import {
  leaksTo,
  printsOf,
  schemaOf,
  unknownIds,
  type IdKinds,
  type Question,
  type Rows,
  type Stranger,
} from './foreign-ids.ts';

/** The plant whose things the others ask for. */
export const theirPlant = 'factory-sh-01';

/** That person in their own plant. */
export const ownerOf = (person: Claims): Stranger => ({
  who: { ...person, factoryIds: [theirPlant] },
  factoryId: theirPlant,
});

/** Somebody of another tenant, and that person in another plant of the same one. */
export const strangersTo = (person: Claims): Readonly<Record<'another tenant' | 'another plant', Stranger>> => ({
  'another tenant': { who: otherTenant, factoryId: 'factory-sz-01' },
  'another plant': { who: { ...person, factoryIds: ['factory-bj-01'] }, factoryId: 'factory-bj-01' },
});

export type ForeignIds = Readonly<{
  /** The subgraph's PostgreSQL schema. */
  namespace: string;
  /** Whose plant is asked for. Each of the plants has something of every kind before the tests begin. */
  person: Claims;
  ask: Question['ask'];
  rows: Rows;
  kinds: IdKinds;
  known: Question['known'];
  tries?: number;
  /** Places in which also the plant's own people hear nothing of it. */
  silentPlaces?: readonly string[];
}>;

const SEED = 20_261_128;

export function testForeignIds(of: ForeignIds): void {
  const { namespace, person, ask, rows, kinds, known, tries = 5, silentPlaces = [] } = of;
  const owner = ownerOf(person);
  const { tenantId } = person;
  const hears = async (whoever: Stranger) =>
    leaksTo(whoever, { ask, schema: await schemaOf(ask, person), kinds, theirPlant, known, seed: SEED, tries });

  it('knows of every id in the schema whether it names something of a plant', async () => {
    expect(unknownIds(await schemaOf(ask, person), kinds)).toEqual([]);
  });

  it.each(Object.entries(strangersTo(person)))(
    'answers the ids of %s like ids of nothing, and changes nothing there',
    { timeout: 120_000 },
    async (_, stranger) => {
      const theirRows = () => printsOf(rows, { namespace, tenantId, factoryId: theirPlant });
      const before = await theirRows();
      expect((await hears(stranger)).leaks).toEqual([]);
      expect(await theirRows()).toEqual(before);
    },
  );

  // Else the silence of the others would prove nothing.
  it('tells the plant’s own people of each of them', { timeout: 120_000 }, async () => {
    const { places, leaks } = await hears(owner);
    const silent = new Set(places);
    for (const { place } of leaks) silent.delete(place);
    expect([...silent].sort()).toEqual([...silentPlaces].sort());
  });
}
