/** Whoever names something of another tenant or plant, anywhere in any field, hears what one hears of what does not exist. */
import { otherTenant, productionManager } from '@enghub/testkit/claims';
import { leaksTo, printsOf, schemaOf, unknownIds, type Question, type Stranger } from '@enghub/testkit/foreign-ids';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import type { GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { calling } from './audit-trail/mutations-for-tests.ts';
import { orderScenarios } from './audit-trail/order-scenarios-for-tests.ts';
import { plantScenarios } from './audit-trail/plant-scenarios-for-tests.ts';
import { reportScenarios } from './audit-trail/report-scenarios-for-tests.ts';
import type { Floor } from './audit-trail/scenarios-for-tests.ts';
import { stockScenarios } from './audit-trail/stock-scenarios-for-tests.ts';
import { entities, notOurs, tableOf } from './foreign-ids-for-tests.ts';
import { move, setUpStores } from './inventory/stock-for-tests.ts';
import { anOrder, bomLine, dataOf, erpWith, fieldOf, REPORT, setUpPlant } from './plant-for-tests.ts';
import { definition } from './subgraph.ts';

const SEED = Number(process.env['SEED'] ?? 20_261_128);
const TRIES = Number(process.env['TRIES'] ?? 3);
const now = new Date('2026-03-10T04:00:00Z');
const theirPlant = 'factory-sh-01';

/** One of another tenant, and a colleague who works in another plant. */
const strangers = {
  'another tenant': { who: otherTenant, factoryId: 'factory-sz-01' },
  'another plant': { who: { ...productionManager, factoryIds: ['factory-bj-01'] }, factoryId: 'factory-bj-01' },
} as const satisfies Record<string, Stranger>;

let mes: TestSubgraph;
let schema: GraphQLSchema;

const ask: Question['ask'] = (query, variables, who) => mes.ask(query, variables, who);

const idsOf = (table: string, factoryId: string): Promise<string[]> =>
  mes
    .rows<{ id: string }>(`SELECT id::text FROM mes.${table} WHERE factory_id = $1 ORDER BY id DESC LIMIT 3`, [
      factoryId,
    ])
    .then((rows) => rows.map(({ id }) => id));

/** Everything that the mutations of MES can make. */
async function fillTheirPlant(): Promise<void> {
  const plant = await setUpPlant(mes, { policies: { predecessor: 'ALLOW', materialShortage: 'ALLOW' } });
  const ids: Floor['ids'] = async (sql) => (await mes.rows<{ id: string }>(sql)).map(({ id }) => id);
  const say: Floor['say'] = async (mutation, input, who = productionManager) => {
    const [before] = await ids('SELECT coalesce(max(position), 0)::text AS id FROM mes.audit_entries');
    const { answer } = await dataOf<{ answer: object }>(mes, calling(mutation), { input }, who);
    expect(answer, mutation).toEqual({ __typename: expect.not.stringMatching(/Refusal$/) as string });
    const told = await ids(
      `SELECT entity_id AS id FROM mes.audit_entries WHERE command = '${mutation}' AND position > ${before} ORDER BY id`,
    );
    return told.at(-1)!;
  };
  const eventually: Floor['eventually'] = (sql) =>
    vi.waitFor(async () => (await ids(sql))[0] ?? Promise.reject(new Error(`still nothing: ${sql}`)), {
      timeout: 20_000,
      interval: 50,
    });
  const versionOf: Floor['versionOf'] = async (table, id) =>
    Number((await ids(`SELECT version::text AS id FROM mes.${table} WHERE id = '${id}'`))[0]);
  const floor: Floor = { mes, plant, claims: productionManager, say, ids, eventually, versionOf };
  for (const scenario of [...stockScenarios, ...plantScenarios, ...orderScenarios, ...reportScenarios]) {
    await scenario(floor);
  }
  const holiday = { factoryId: theirPlant, kind: 'HOLIDAY', from: '2026-10-01', name: 'National Day' };
  await say('defineCalendarException', holiday);
}

async function fillOwnPlant({ who, factoryId }: Stranger): Promise<void> {
  const plant = await setUpPlant(mes, { factoryId, claims: who });
  const stores = await setUpStores(mes, plant, who);
  const lot = { materialId: 'STEEL', quantity: '50' };
  await move(mes, 'receiveStock', { ...lot, locationId: stores.store }, who);
  const order = await anOrder(mes, plant, { claims: who });
  const made = { operationId: order.operations[0]!.id, goodQuantity: '1', stationId: plant.stationId };
  await fieldOf(mes, REPORT, { input: { requestId: `own-${factoryId}`, ...made } }, who);
  await anOrder(mes, plant, { claims: who, upTo: 'RELEASED' });
}

beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erpWith({ 'PROD-A001': [bomLine('STEEL')] }), now: () => now });
  schema = await schemaOf(ask, productionManager);
  await fillTheirPlant();
  for (const stranger of Object.values(strangers)) await fillOwnPlant(stranger);
}, 240_000);
afterAll(() => mes?.stop());

const theirRows = () => printsOf(mes.rows, { namespace: 'mes', tenantId: 'tenant-001', factoryId: theirPlant });

const question = (): Question => ({
  ask,
  schema,
  kinds: { kindOf: tableOf, notOurs, idsOf, entities },
  theirPlant,
  known: {
    version: [1, 2, 3],
    materialId: ['STEEL'],
    productId: ['PROD-A001'],
    routingCode: ['R1'],
    stationCode: ['M1'],
    first: [50],
    shift: ['day'],
    currency: ['CNY'],
  },
  seed: SEED,
  tries: TRIES,
});

it('knows of every id in the schema whether it names something of a plant', () => {
  // The blocker's subjects are of six kinds; its own test has one of another plant.
  const unknown = unknownIds(schema, question().kinds).filter((place) => !/^placeBlocker\(input\.subjects/.test(place));
  expect(unknown).toEqual([]);
});

it.each(Object.keys(strangers) as (keyof typeof strangers)[])(
  'answers the ids of %s like ids of nothing, in every query, mutation and entity, and changes nothing there',
  { timeout: 600_000 },
  async (stranger) => {
    const before = await theirRows();
    const { leaks, asked } = await leaksTo(strangers[stranger], question());
    expect(leaks).toEqual([]);
    expect(asked).toBeGreaterThan(300);
    expect(await theirRows()).toEqual(before);
  },
);
