/** Every command of MES is in the audit trail: each mutation of the schema is run here, or named as still to come. */
import { readTypeDefs } from '@enghub/subgraph-kit/type-defs';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { Kind, parse, print, visit } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anOrder, dataOf, erp, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

/** Shrinks as scenarios are added; nothing is added to it with a new mutation. */
const notRunYet = new Set([
  'acceptFinishedGoodsReceipt',
  'addOperation',
  'adjustStock',
  'approveReport',
  'archiveRouting',
  'closeWorkOrder',
  'consumeMaterial',
  'correctProductionReport',
  'createBackOrder',
  'createLot',
  'createReworkOrder',
  'declineFinishedGoodsReceipt',
  'declineReport',
  'defineArea',
  'defineCalendarException',
  'defineCostRates',
  'defineMaterialStock',
  'definePlantPolicies',
  'defineStationCapacity',
  'defineStockLocation',
  'defineWarehouse',
  'deleteWorkOrder',
  'editWorkOrder',
  'grantQualification',
  'issueMaterial',
  'liftBlocker',
  'placeBlocker',
  'planWorkOrder',
  'rebuildDailyReport',
  'receiveStock',
  'reclassifyStock',
  'recomputeWorkOrderCost',
  'recordLotActivity',
  'recordTimeEvent',
  'registerSerials',
  'reinstateStation',
  'releaseReservation',
  'removeCalendarException',
  'reopenWorkOrder',
  'repeatOperation',
  'reportProduction',
  'reportProductionBatch',
  'reserveMaterials',
  'retireStation',
  'returnMaterial',
  'revokeQualification',
  'scrapStock',
  'setLotStatus',
  'setShiftTarget',
  'shipStock',
  'skipOperation',
  'splitWorkOrder',
  'transferStock',
  'writeHandOverNote',
]);

/** Mutation → the type of its input. */
const mutations = mutationsOf(readTypeDefs(definition.folder));

function mutationsOf(sources: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const source of sources) {
    visit(parse(source), {
      ObjectTypeExtension: (type) => {
        if (type.name.value !== 'Mutation') return;
        for (const { name, arguments: args = [] } of type.fields ?? []) {
          const input = args.find((argument) => argument.name.value === 'input');
          found.set(name.value, input?.type.kind === Kind.NON_NULL_TYPE ? print(input.type) : 'no input');
        }
      },
    });
  }
  return found;
}

type Row = Record<string, unknown>;
type Say = (mutation: string, input: Row) => Promise<void>;
type Floor = Readonly<{ mes: TestSubgraph; plant: Plant; say: Say; ids: (sql: string) => Promise<string[]> }>;

const now = new Date('2026-03-10T04:00:00Z');
let mes: TestSubgraph;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
});
afterAll(() => mes.stop());

/** Each leaves entries of the mutations that it runs. */
const scenarios: readonly ((floor: Floor) => Promise<void>)[] = [
  async function orders({ plant, say, mes }) {
    // Creates, releases and starts it through the graph.
    const { id, version } = await anOrder(mes, plant);
    await say('holdWorkOrder', { id, version, cause: 'OPERATIONAL', note: 'inventory' });
    await say('resumeWorkOrder', { id, version: version + 1 });
    await say('completeWorkOrder', { id, version: version + 2 });
    const other = await anOrder(mes, plant, { upTo: 'RELEASED' });
    await say('cancelWorkOrder', { id: other.id, version: other.version, reason: 'not wanted' });
  },
  async function dispatching({ plant, say, mes, ids }) {
    const { operations } = await anOrder(mes, plant, { upTo: 'RELEASED' });
    const operationId = operations[0]!.id;
    await say('assignOperation', { operationId, version: 1, plannedStartAt: '2026-03-11T00:00:00Z' });
    await say('startOperation', { requestId: 'a-1', operationId });
    await say('pauseOperation', { requestId: 'a-2', operationId });
    await say('resumeOperation', { requestId: 'a-3', operationId });
    const [version] = await ids(
      `SELECT version::text AS id FROM mes.work_order_operations WHERE id = '${operationId}'`,
    );
    await say('finishOperation', { requestId: 'a-4', operationId, version: Number(version) });
    await say('reopenOperation', { operationId, version: Number(version) + 1, reason: 'one more' });
    const interval = { startedAt: '2026-03-10T02:00:00Z', endedAt: '2026-03-10T03:00:00Z' };
    await say('recordLabour', { requestId: 'a-5', operationId, ...interval });
    const [jobId] = await ids(`SELECT id FROM mes.jobs WHERE started_at = '${interval.startedAt}'`);
    await say('voidJob', { jobId, reason: 'wrong order' });
  },
];

it('has an entry for every mutation that was run, and every mutation is run or named as still to come', async () => {
  const run = new Set<string>();
  const say: Say = async (mutation, input) => {
    const query = `mutation($input: ${mutations.get(mutation)}) { answer: ${mutation}(input: $input) {
      __typename ... on Refusal { message } } }`;
    const { answer } = await dataOf<{ answer: { __typename: string } }>(mes, query, { input });
    expect(answer, mutation).toEqual({ __typename: expect.not.stringMatching(/Refusal$/) as string });
    run.add(mutation);
  };
  const ids = async (sql: string) => (await mes.rows<{ id: string }>(sql)).map(({ id }) => id);
  const plant = await setUpPlant(mes);
  for (const mutation of ['defineFactory', 'defineProductionLine', 'defineStation', 'defineShiftPattern']) {
    run.add(mutation);
  }
  for (const mutation of ['defineRouting', 'createWorkOrder', 'releaseWorkOrder', 'startWorkOrder']) run.add(mutation);
  for (const scenario of scenarios) await scenario({ mes, plant, say, ids });

  const told = new Set(await ids('SELECT DISTINCT command AS id FROM mes.audit_entries'));
  expect([...run].filter((mutation) => !told.has(mutation)).sort()).toEqual([]);
  expect([...mutations.keys()].filter((it) => !run.has(it) && !notRunYet.has(it)).sort()).toEqual([]);
  expect([...notRunYet].filter((it) => run.has(it) || !mutations.has(it)).sort()).toEqual([]);
});

it('names commands by their mutation, so that people can look them up', async () => {
  const told = await mes.rows<{ command: string }>('SELECT DISTINCT command FROM mes.audit_entries');
  expect(told.map(({ command }) => command).filter((command) => !mutations.has(command))).toEqual([]);
});
