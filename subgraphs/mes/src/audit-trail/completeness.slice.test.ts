/** Every command of MES is in the audit trail: each mutation of the schema is run here, with success, and looked up. */
import type { Claims } from '@enghub/subgraph-kit/claims';
import { productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { bomLine, dataOf, erpWith, setUpPlant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import { calling, mutations, takesRequestId, tracesOf, types } from './mutations-for-tests.ts';
import { orderScenarios } from './order-scenarios-for-tests.ts';
import { plantScenarios } from './plant-scenarios-for-tests.ts';
import { reportScenarios } from './report-scenarios-for-tests.ts';
import type { Floor } from './scenarios-for-tests.ts';
import { stockScenarios } from './stock-scenarios-for-tests.ts';

/** These only make something new: nothing existed before that they change. */
const makesAnew = new Set([
  'consumeMaterial',
  'correctProductionReport',
  'createLot',
  'createReworkOrder',
  'createWorkOrder',
  'defineCalendarException',
  // What is made is the wish: the service that keeps the letter has an entry of its own, with its state before.
  'discardDeadLetter',
  'replayDeadLetter',
  'grantQualification',
  'issueMaterial',
  'placeBlocker',
  'receiveStock',
  'reclassifyStock',
  'recordLabour',
  'recordLotActivity',
  'recordTimeEvent',
  'registerSerials',
  'reportProduction',
  'reportProductionBatch',
  'reserveMaterials',
  'returnMaterial',
  'scrapStock',
  'shipStock',
  'transferStock',
  'writeHandOverNote',
]);

type Entry = Readonly<{
  id: string;
  command: string;
  entity: string;
  entityId: string;
  userId: string;
  origin: string | null;
  before: object | null;
  after: object | null;
}>;

const claims = { ...productionManager, origin: '10.0.0.7 Mill 3' };
const now = new Date('2026-03-10T04:00:00Z');
let mes: TestSubgraph;
let entries: Entry[];
const run = new Set<string>();
const sentAgain = new Set<string>();

const entriesOf = (command: string | null = null) =>
  mes.rows<Entry>(
    `SELECT id, command, entity, entity_id AS "entityId", user_id AS "userId", origin, before, after
       FROM mes.audit_entries WHERE $1::text IS NULL OR command = $1 ORDER BY id`,
    [command],
  );

/** What was accepted is one request with one answer, and nothing more when it is sent again. */
async function sendAgain(mutation: string, input: Record<string, unknown>, who: Claims): Promise<void> {
  const again = { ...who, traceId: `again-${String(input['requestId'])}` };
  const { answer } = await dataOf<{ answer: object }>(mes, calling(mutation), { input }, again);
  expect(answer, `${mutation} again`).toEqual({ __typename: expect.not.stringMatching(/Refusal$/) as string });
  expect(await tracesOf(mes, again.traceId, input['requestId']), `${mutation} again`).toEqual({
    entries: 0,
    events: 0,
    answers: [true],
  });
  sentAgain.add(mutation);
}

beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erpWith({ 'PROD-A001': [bomLine('STEEL')] }), now: () => now });
  const ids: Floor['ids'] = async (sql) => (await mes.rows<{ id: string }>(sql)).map(({ id }) => id);
  const say: Floor['say'] = async (mutation, input, who = claims) => {
    const known = new Set((await entriesOf(mutation)).map(({ id }) => id));
    const { answer } = await dataOf<{ answer: { __typename: string } }>(mes, calling(mutation), { input }, who);
    expect(answer, mutation).toEqual({ __typename: expect.not.stringMatching(/Refusal$/) as string });
    run.add(mutation);
    const told = (await entriesOf(mutation)).filter(({ id }) => !known.has(id));
    expect(told.length, `entries of ${mutation}`).toBeGreaterThan(0);
    if (typeof input['requestId'] === 'string') await sendAgain(mutation, input, who);
    return told.at(-1)!.entityId;
  };
  const eventually: Floor['eventually'] = (sql) =>
    vi.waitFor(
      async () => {
        const [id] = await ids(sql);
        if (id === undefined) throw new Error(`still nothing: ${sql}`);
        return id;
      },
      { timeout: 20_000, interval: 50 },
    );
  const versionOf: Floor['versionOf'] = async (table, id) => {
    const [version] = await ids(`SELECT version::text AS id FROM mes.${table} WHERE id = '${id}'`);
    return Number(version);
  };
  const plant = await setUpPlant(mes, { claims, policies: { predecessor: 'ALLOW', materialShortage: 'ALLOW' } });
  const floor = { mes, plant, claims, say, ids, eventually, versionOf };
  for (const scenario of [...stockScenarios, ...plantScenarios, ...orderScenarios, ...reportScenarios]) {
    await scenario(floor);
  }
  entries = await entriesOf();
});
afterAll(() => mes.stop());

it('has an entry for every mutation of the schema', () => {
  expect([...mutations.keys()].filter((mutation) => !run.has(mutation)).sort()).toEqual([]);
});

it('names commands by their mutation and things by their type, so that people can look them up', () => {
  expect(entries.map(({ command }) => command).filter((command) => !mutations.has(command))).toEqual([]);
  expect([...new Set(entries.map(({ entity }) => entity))].filter((entity) => !types.has(entity))).toEqual([]);
});

it('says of every entry who it was, from where, and what it made or changed', () => {
  const people = new Set(['emp-001', 'emp-102']);
  expect(entries.filter(({ userId, origin }) => !people.has(userId) || origin !== claims.origin)).toEqual([]);
  expect(entries.filter(({ before, after }) => before === null && after === null)).toEqual([]);
});

it('says what was before, wherever something was', () => {
  const changing = new Set(entries.filter(({ before }) => before !== null).map(({ command }) => command));
  expect([...mutations.keys()].filter((mutation) => changing.has(mutation) === makesAnew.has(mutation)).sort()).toEqual(
    [],
  );
});

it('was answered the same, and did nothing, when requests were sent again', () => {
  expect([...mutations.keys()].filter((mutation) => takesRequestId(mutation) !== sentAgain.has(mutation))).toEqual([]);
});
