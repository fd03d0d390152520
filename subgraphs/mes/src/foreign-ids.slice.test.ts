/** Whoever names something of another tenant or plant, anywhere in any field, hears what one hears of what does not exist. */
import type { Claims } from '@enghub/subgraph-kit/claims';
import { newId } from '@enghub/subgraph-kit/ids';
import { otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import fc from 'fast-check';
import {
  buildClientSchema,
  getIntrospectionQuery,
  type GraphQLField,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { calling } from './audit-trail/mutations-for-tests.ts';
import { orderScenarios } from './audit-trail/order-scenarios-for-tests.ts';
import { plantScenarios } from './audit-trail/plant-scenarios-for-tests.ts';
import { reportScenarios } from './audit-trail/report-scenarios-for-tests.ts';
import type { Floor } from './audit-trail/scenarios-for-tests.ts';
import { stockScenarios } from './audit-trail/stock-scenarios-for-tests.ts';
import { argumentsOf, documentOf, type Known, type Values } from './fields-for-tests.ts';
import { idLeaves, notOurs, tableOf, withValue, type IdLeaf } from './foreign-ids-for-tests.ts';
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
} as const satisfies Record<string, Readonly<{ who: Claims; factoryId: string }>>;

let mes: TestSubgraph;
let schema: GraphQLSchema;
let requests = 0;

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

async function fillOwnPlant({ who, factoryId }: { who: Claims; factoryId: string }): Promise<void> {
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
  schema = buildClientSchema(await dataOf<IntrospectionQuery>(mes, getIntrospectionQuery()));
  await fillTheirPlant();
  for (const stranger of Object.values(strangers)) await fillOwnPlant(stranger);
}, 240_000);
afterAll(() => mes?.stop());

type Field = GraphQLField<unknown, unknown>;
const root = (kind: 'query' | 'mutation'): Field[] =>
  Object.values((kind === 'query' ? schema.getQueryType() : schema.getMutationType())!.getFields()).filter(
    ({ name }) => !name.startsWith('_'),
  );

/** What the stranger's own plant offers for each input, so that only one thing of a question is foreign. */
async function ownValues(field: Field, leaves: readonly IdLeaf[], factoryId: string): Promise<Known> {
  const known: Record<string, readonly unknown[]> = {
    requestId: ['request'],
    factoryId: [factoryId],
    version: [1, 2, 3],
    materialId: ['STEEL'],
    productId: ['PROD-A001'],
    routingCode: ['R1'],
    stationCode: ['M1'],
    first: [50],
    shift: ['day'],
    currency: ['CNY'],
  };
  for (const { name } of leaves) {
    const table = tableOf(field.name, name);
    if (!table || table === 'FACTORY') continue;
    known[name] = await idsOf(table, factoryId);
  }
  return Object.fromEntries(Object.entries(known).filter(([, values]) => values.length > 0));
}

async function answerTo(kind: 'query' | 'mutation', field: Field, values: Values, who: Claims): Promise<string> {
  const leaves = idLeaves(field.args, values).filter(({ name }) => name === 'requestId');
  const sent = leaves.reduce((so, { path }) => withValue(so, path, `foreign-${++requests}`), values);
  return JSON.stringify(await mes.ask(documentOf(kind, field), sent, who)).replace(/foreign-\d+/g, '<request>');
}

async function leaksOf(
  kind: 'query' | 'mutation',
  field: Field,
  { who, factoryId }: { who: Claims; factoryId: string },
): Promise<{ leaks: string[]; asked: number }> {
  const leaks: string[] = [];
  let asked = 0;
  const everyLeaf = idLeaves(field.args, undefined);
  const known = await ownValues(field, everyLeaf, factoryId);
  const samples = fc.sample(argumentsOf(field, known, [newId()], 0), { seed: SEED, numRuns: TRIES });
  for (const sample of samples) {
    // A page after a cursor that is none would be refused before anything else is looked at.
    const own: Values = 'after' in sample ? { ...sample, after: null } : sample;
    for (const { name, path } of idLeaves(field.args, own)) {
      const table = tableOf(field.name, name);
      if (!table) continue;
      const [theirs] = table === 'FACTORY' ? [theirPlant] : await idsOf(table, theirPlant);
      if (!theirs) throw new Error(`their plant has no ${table}, so ${field.name} proves nothing`);
      const nothing = table === 'FACTORY' ? 'factory-none' : newId();
      const heard = async (id: string) =>
        (await answerTo(kind, field, withValue(own, path, id), who)).replaceAll(id, '<it>');
      const [ofNothing, ofTheirs] = [await heard(nothing), await heard(theirs)];
      asked += 1;
      if (ofTheirs !== ofNothing) {
        leaks.push(`${field.name}(${path.join('.')}): ${ofTheirs.slice(0, 400)} instead of ${ofNothing.slice(0, 400)}`);
      }
    }
  }
  return { leaks, asked };
}

/** A fingerprint of all that belongs to their plant; what only says that work is still under way is left out. */
async function theirRows(): Promise<Map<string, string>> {
  const tables = await mes.rows<{ name: string }>(
    `SELECT c.table_name AS name FROM information_schema.columns c JOIN pg_class ON oid = format('mes.%I', table_name)::regclass
      WHERE c.table_schema = 'mes' AND c.column_name = 'factory_id' AND NOT relispartition
        AND c.table_name NOT IN ('outbox', 'mailbox')`,
  );
  const prints = new Map<string, string>();
  for (const { name } of tables) {
    const sql = `SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) AS print FROM mes.${name} t
                  WHERE tenant_id = 'tenant-001' AND factory_id = $1`;
    prints.set(name, (await mes.rows<{ print: string }>(sql, [theirPlant]))[0]!.print);
  }
  return prints;
}

it('knows of every id in the schema whether it names something of a plant', () => {
  const unknown = (['query', 'mutation'] as const).flatMap((kind) =>
    root(kind).flatMap((field) =>
      idLeaves(field.args, undefined)
        .filter(({ name }) => tableOf(field.name, name) === undefined && !notOurs.has(name))
        .map(({ path }) => `${field.name}(${path.join('.')})`),
    ),
  );
  // The blocker's subjects are of six kinds; its own test has one of another plant.
  expect(unknown.filter((place) => !/^placeBlocker\(input\.subjects/.test(place))).toEqual([]);
});

it.each(Object.keys(strangers) as (keyof typeof strangers)[])(
  'answers the ids of %s like ids of nothing, in every query and mutation, and changes nothing there',
  { timeout: 600_000 },
  async (stranger) => {
    const before = await theirRows();
    const leaks: string[] = [];
    let asked = 0;
    for (const kind of ['query', 'mutation'] as const) {
      for (const field of root(kind)) {
        const found = await leaksOf(kind, field, strangers[stranger]);
        leaks.push(...found.leaks);
        asked += found.asked;
      }
    }
    expect(leaks).toEqual([]);
    expect(asked).toBeGreaterThan(300);
    expect(await theirRows()).toEqual(before);
  },
);
