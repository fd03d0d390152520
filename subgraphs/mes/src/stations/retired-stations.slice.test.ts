/** A retired station gets no new work from any part of the system; what was made there was made. */
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anOrder, erp, fieldOf, REPORT, setUpPlant, type OrderAnswer, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

type Row = Record<string, unknown>;

let mes: TestSubgraph;
let plant: Plant;
let order: OrderAnswer;
/** Its first operation runs at the station, which is retired then; its second waits at another one. */
let first: string;
let second: string;
let requests = 0;

const say = async (command: string, payload: string, refusal: string, input: Row): Promise<Row> => {
  const type = `${command[0]!.toUpperCase()}${command.slice(1)}Input`.replace('ResumeO', 'StartO');
  const query = `mutation($input: ${type}!) { ${command}(input: $input) {
    ... on ${payload} { __typename } ... on ${refusal} { code message } } }`;
  return fieldOf<Row>(mes, query, { input });
};
const requestId = () => `retired-${++requests}`;
const dispatch = (command: string, input: Row) =>
  say(command, /start|resume/.test(command) ? 'StartOperationPayload' : 'OperationPayload', 'DispatchRefusal', input);
const retire = (verb: string) => say(`${verb}Station`, 'StationPayload', 'StationRefusal', { id: plant.stationId });
const version = async (id: string) =>
  (await mes.rows<{ version: number }>(`SELECT version FROM mes.work_order_operations WHERE id = $1`, [id]))[0]!
    .version;
const startBlockers = async () => {
  const query = `query($id: ID!) { workOrder(id: $id) { operations { id transitions { action blockers { kind message } } } } }`;
  const { operations } = await fieldOf<{
    operations: { id: string; transitions: { action: string; blockers: { kind: string; message: string }[] }[] }[];
  }>(mes, query, { id: order.id });
  return operations.find(({ id }) => id === first)!.transitions.find(({ action }) => action === 'START')!.blockers;
};

beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  plant = await setUpPlant(mes);
  order = await anOrder(mes, plant);
  [first, second] = order.operations.map(({ id }) => id) as [string, string];
  await dispatch('startOperation', { requestId: requestId(), operationId: first, kind: 'LABOUR' });
  expect(await retire('retire')).toEqual({ __typename: 'StationPayload' });
});
afterAll(() => mes?.stop());

const RETIRED = { code: 'STATION_RETIRED' };

it('starts and resumes nothing there, and says so beforehand', async () => {
  const start = (input: Row) => dispatch('startOperation', { requestId: requestId(), kind: 'LABOUR', ...input });
  expect(await start({ operationId: first, operatorId: 'emp-102' })).toMatchObject(RETIRED);
  expect(await start({ operationId: second, stationId: plant.stationId })).toMatchObject(RETIRED);
  expect(await startBlockers()).toContainEqual({
    kind: 'STATION_RETIRED',
    message: 'Station M1 is retired and gets no new work.',
  });
});

it('lets what runs there be paused, but not resumed until it is reinstated', async () => {
  expect(await dispatch('pauseOperation', { requestId: requestId(), operationId: first })).not.toHaveProperty('code');
  const resume = () => dispatch('resumeOperation', { requestId: requestId(), operationId: first, kind: 'LABOUR' });
  expect(await resume()).toMatchObject(RETIRED);
  await retire('reinstate');
  expect(await resume()).toEqual({ __typename: 'StartOperationPayload' });
  await retire('retire');
});

it('is given no operation', async () => {
  const assigned = { operationId: second, version: await version(second), stationId: plant.stationId };
  expect(await dispatch('assignOperation', assigned)).toMatchObject(RETIRED);
  const [{ version: now } = { version: 0 }] = await mes.rows<{ version: number }>(
    `SELECT version FROM mes.work_orders WHERE id = $1`,
    [order.id],
  );
  const added = { requestId: requestId(), id: order.id, version: now, reason: 'burrs', afterOperationId: second };
  const input = { ...added, name: 'Deburring', stationCode: 'M1' };
  expect(await say('addOperation', 'OperationChangePayload', 'OperationChangeRefusal', input)).toMatchObject(RETIRED);
});

it('gets no target, unless it is taken away, and no capacity', async () => {
  const target = { stationId: plant.stationId, shiftDate: '2026-01-05', shift: 'day' };
  const set = (input: Row) => say('setShiftTarget', 'SetShiftTargetPayload', 'ShiftTargetRefusal', input);
  expect(await set({ ...target, quantity: '10' })).toMatchObject(RETIRED);
  expect(await set(target)).toEqual({ __typename: 'SetShiftTargetPayload' });
  const capacity = { stationId: plant.stationId, validFrom: '2026-01-05', jobs: 2 };
  expect(
    await say('defineStationCapacity', 'DefineStationCapacityPayload', 'StationCapacityRefusal', capacity),
  ).toMatchObject(RETIRED);
});

it('takes time that was worked there before, and none after', async () => {
  await mes.rows(`UPDATE mes.stations SET retired_at = '2026-01-05T03:00:00Z' WHERE id = $1`, [plant.stationId]);
  const until = (endedAt: string) => ({ startedAt: '2026-01-05T02:00:00Z', endedAt });
  const labour = (endedAt: string) =>
    say('recordLabour', 'RecordLabourPayload', 'LabourRefusal', {
      ...{ requestId: requestId(), operationId: first, kind: 'LABOUR' },
      ...until(endedAt),
    });
  const time = (endedAt: string) =>
    say('recordTimeEvent', 'RecordTimeEventPayload', 'ProductionReportRefusal', {
      ...{ requestId: requestId(), operationId: first, stationId: plant.stationId, kind: 'SETUP' },
      ...until(endedAt),
    });
  for (const record of [labour, time]) {
    expect(await record('2026-01-05T03:00:00Z')).not.toHaveProperty('code');
    expect(await record('2026-01-05T03:00:01Z')).toMatchObject(RETIRED);
  }
});

it('still takes reports of what was made there', async () => {
  const input = { requestId: requestId(), operationId: first, goodQuantity: '1', stationId: plant.stationId };
  expect(await fieldOf(mes, REPORT, { input })).toMatchObject({ report: { goodQuantity: '1' } });
});
