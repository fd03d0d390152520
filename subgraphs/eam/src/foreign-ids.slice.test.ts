/** Whoever names something of another tenant or plant, anywhere in any field, hears what one hears of what does not exist. */
import { otherTenant, productionManager } from '@enghub/testkit/claims';
import { leaksTo, printsOf, schemaOf, unknownIds, type IdKinds, type Question } from '@enghub/testkit/foreign-ids';
import type { GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reportEvent, startFloor, timeEvent, type Floor } from './floor-for-tests.ts';

const theirPlant = 'factory-sh-01';
const owner = { who: { ...productionManager, factoryIds: [theirPlant] }, factoryId: theirPlant };
const strangers = {
  'another tenant': { who: otherTenant, factoryId: 'factory-sz-01' },
  'another plant': { who: { ...productionManager, factoryIds: ['factory-bj-01'] }, factoryId: 'factory-bj-01' },
};

let floor: Floor;
let schema: GraphQLSchema;
const ask: Question['ask'] = (query, variables, who) => floor.ask(query, variables, who);

beforeAll(async () => {
  floor = await startFloor();
  schema = await schemaOf(ask, productionManager);
  const station = await floor.station('M1');
  await floor.transport.publish([
    reportEvent(station, '2026-01-05T06:10:00Z', '2026-01-05T07:00:00Z', { good_qty: '7' }),
    timeEvent('SETUP', station, '2026-01-05T07:00:00Z', '2026-01-05T07:20:00Z'),
  ]);
  for (const { who, factoryId } of Object.values(strangers)) {
    await floor.station('M1', { tenantId: who.tenantId, factoryId }, who);
  }
}, 60_000);
afterAll(() => floor?.stop());

const tables: Readonly<Record<string, string>> = {
  factoryId: 'FACTORY',
  stationId: 'known_stations',
  aggregateId: 'equipment',
  id: 'equipment',
};
const kinds: IdKinds = {
  kindOf: (_, input) => tables[input],
  notOurs: new Set(),
  idsOf: async (table, factoryId) =>
    (await floor.rows<{ id: string }>(`SELECT id::text FROM eam.${table} WHERE factory_id = $1`, [factoryId])).map(
      ({ id }) => id,
    ),
  entities: { Station: 'known_stations', Equipment: 'equipment' },
};
const known = { shiftDate: ['2026-01-05'], shift: ['early'], first: [50] };
const question = () => ({ ask, schema, kinds, theirPlant, known, seed: 20_261_128, tries: 5 });

it('knows of every id in the schema whether it names something of a plant', () => {
  expect(unknownIds(schema, kinds)).toEqual([]);
});

it.each(Object.keys(strangers) as (keyof typeof strangers)[])(
  'answers the ids of %s like ids of nothing, and changes nothing there',
  { timeout: 120_000 },
  async (stranger) => {
    const theirRows = () => printsOf(floor.rows, { namespace: 'eam', tenantId: 'tenant-001', factoryId: theirPlant });
    const before = await theirRows();
    expect((await leaksTo(strangers[stranger], question())).leaks).toEqual([]);
    expect(await theirRows()).toEqual(before);
  },
);

it('tells the plant’s own people of each of them', { timeout: 120_000 }, async () => {
  const { places, leaks } = await leaksTo(owner, question());
  expect(new Set(leaks.map(({ place }) => place))).toEqual(places);
});
