/** What MES reads where: a replica that stands still shows which of its answers come from there. */
import { productionManager } from '@enghub/testkit/claims';
import { startReplicatedPostgres, type ReplicatedPostgres } from '@enghub/testkit/postgres-standby';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { anOrder, erp, fieldOf, REPORT, setUpPlant, type OrderAnswer, type Plant } from './plant-for-tests.ts';
import { definition } from './subgraph.ts';

const now = new Date('2012-01-30T04:00:00Z');
const current = { ...productionManager, mustBeCurrent: true };
const within = { timeout: 15_000, interval: 20 };
const FIELDS = `goodQuantity hours { goodQuantity plannedQuantity } plannedQuantity targetQuantity scrapReasons { reason }
  unexplained { minutes } currentWorkOrder { id } currentOperatorIds handOverNotes { text } previousHandOver { text }`;
const PLACE = 'shiftDate: $shiftDate, shift: $shift';
const BOARD = `query($id: ID!, $shiftDate: LocalDate!, $shift: String!) { shiftBoard(stationId: $id, ${PLACE}) { ${FIELDS} } }`;
const LIVE = `subscription($id: ID!, $shiftDate: LocalDate!, $shift: String!) {
  shiftBoard(stationId: $id, ${PLACE}) { goodQuantity } }`;
const DAILY = `query($factoryId: ID!, $from: LocalDate!, $to: LocalDate!) {
  dailyReport(factoryId: $factoryId, from: $from, to: $to, groupBy: [STATION]) { totals { reportCount }
    rows(first: 5) { edges { node { reportCount station { code } } } } } }`;
const TARGET = `mutation($input: SetShiftTargetInput!) { setShiftTarget(input: $input) {
  ... on SetShiftTargetPayload { shiftBoard { targetQuantity } } } }`;

type Board = { goodQuantity: string; targetQuantity: string | null };
type Daily = { totals: { reportCount: number }[] };

let servers: ReplicatedPostgres;
let standby: pg.Client;
let mes: TestSubgraph;
let plant: Plant;
let order: OrderAnswer;
let topics: string[];

const shift = { shiftDate: '2012-01-30', shift: 'day' };
const board = (claims = productionManager) => fieldOf<Board>(mes, BOARD, { id: plant.stationId, ...shift }, claims);
const daily = () => fieldOf<Daily>(mes, DAILY, { factoryId: plant.factoryId, from: '2012-01-30', to: '2012-01-30' });
let requests = 0;
const report = () => {
  const input = { requestId: `r-${++requests}`, operationId: order.operations[0]!.id, goodQuantity: '1' };
  return fieldOf(mes, REPORT, { input: { ...input, endedAt: '2012-01-30T03:00:00Z' } });
};

beforeAll(async () => {
  servers = await startReplicatedPostgres();
  standby = new pg.Client({ connectionString: servers.standby.url });
  standby.on('error', () => undefined);
  await standby.connect();
  mes = await testSubgraph(definition, {
    graph: erp,
    now: () => now,
    databaseUrl: servers.primary.url,
    // As long as this test stands still, its rows are young enough.
    readReplica: { url: servers.standby.url, times: { maxBehindMs: 60_000 } },
  });
  plant = await setUpPlant(mes);
  order = await anOrder(mes, plant);
  await report();
  await vi.waitUntil(() => mes.readReplica()?.state === 'IN_USE', within);
  await vi.waitUntil(async () => (await board()).goodQuantity === '1', within);
  await vi.waitUntil(async () => (await daily()).totals[0]?.reportCount === 1, within);
  topics = [];
  const topic = ['tenant-001', 'shiftBoard', plant.stationId, shift.shiftDate, shift.shift].join('.');
  await mes.live.subscribe(topic, () => topics.push(topic));
  await standby.query('SELECT pg_wal_replay_pause()');
  await vi.waitUntil(async () => {
    const { rows } = await standby.query<{ paused: string }>('SELECT pg_get_wal_replay_pause_state() AS paused');
    return rows[0]!.paused === 'paused';
  }, within);
  await report();
});
afterAll(async () => {
  await standby?.query('SELECT pg_wal_replay_resume()');
  await mes?.stop();
  await standby?.end();
  await servers?.stop();
});

describe('with a read replica that stands still', () => {
  it('boards and daily reports are read from it, in every field', async () => {
    expect(await board()).toMatchObject({ goodQuantity: '1' });
    expect((await daily()).totals).toEqual([{ reportCount: 1 }]);
  });

  it('a watcher who is told of the change sees it', async () => {
    await vi.waitUntil(() => topics.length > 0, within);
    const live = await fieldOf(mes, LIVE, { id: plant.stationId, ...shift }, current);
    expect(live).toEqual({ goodQuantity: '2' });
    expect(await board(current)).toMatchObject({ goodQuantity: '2' });
  });

  it('what a command answers is what it did', async () => {
    const input = { stationId: plant.stationId, ...shift, quantity: '77' };
    expect(await fieldOf(mes, TARGET, { input }, current)).toEqual({ shiftBoard: { targetQuantity: '77' } });
    expect((await board()).targetQuantity).toBeNull();
  });

  it('a user who reports and looks at the order sees the report', async () => {
    const query = 'query($id: ID!) { workOrder(id: $id) { reports(first: 5) { edges { node { id } } } } }';
    const it = await fieldOf<{ reports: { edges: unknown[] } }>(mes, query, { id: order.id });
    expect(it.reports.edges).toHaveLength(2);
  });

  it('boards show the change when it goes on', async () => {
    await standby.query('SELECT pg_wal_replay_resume()');
    await vi.waitUntil(async () => (await board()).goodQuantity === '2', within);
    await vi.waitUntil(async () => (await daily()).totals[0]?.reportCount === 2, within);
  });
});
