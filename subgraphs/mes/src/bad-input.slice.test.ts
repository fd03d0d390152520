/** Whatever a client sends to any field of the graph, it hears yes, no or what is wrong with it: never that we broke. */
import { faultCodes } from '@enghub/subgraph-kit/fault';
import { isId } from '@enghub/subgraph-kit/ids';
import type { Claims } from '@enghub/subgraph-kit/claims';
import { otherTenant, productionManager, qualityEngineer } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import fc from 'fast-check';
import {
  buildClientSchema,
  getIntrospectionQuery,
  parse,
  validate,
  type GraphQLField,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { argumentsOf, documentOf, type Known, type Values } from '@enghub/testkit/graph-fields';
import { defineMaterial, move, setUpStores, type Stores } from './inventory/stock-for-tests.ts';
import {
  anOrder,
  dataOf,
  DEFINE_ROUTING,
  erp,
  fieldOf,
  REPORT,
  setUpPlant,
  type OrderAnswer,
  type Plant,
} from './plant-for-tests.ts';
import { definition } from './subgraph.ts';

/** Set TRIES and SEED to look for longer, or elsewhere. */
const SEED = Number(process.env['SEED'] ?? 20_261_122);
const TRIES = Number(process.env['TRIES'] ?? 30);
const TOO_LONG_MS = 10_000;

let mes: TestSubgraph;
let schema: GraphQLSchema;
let plant: Plant;
let stores: Stores;
let books: pg.Client;
let others: string[];

beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  schema = buildClientSchema(await dataOf<IntrospectionQuery>(mes, getIntrospectionQuery()));
  plant = await setUpPlant(mes, { overproductionPercent: '10' });
  const { factoryId } = plant;
  stores = await setUpStores(mes, plant);
  await defineMaterial(mes, { factoryId, materialId: 'STEEL', unit: 'kg', tracking: 'LOT', gtin: '09506000134352' });
  const elsewhere = await setUpPlant(mes, { factoryId: 'factory-sz-01', claims: otherTenant });
  const theirs = await anOrder(mes, elsewhere, { claims: otherTenant });
  others = ['factory-sz-01', elsewhere.stationId, theirs.id, ...theirs.operations.map(({ id }) => id)];
  books = new pg.Client(mes.ownerUrl);
  await books.connect();
});
afterAll(async () => {
  await books?.end();
  await mes?.stop();
});

let fresh = 0;

type Spoilt = Readonly<{ orders: readonly OrderAnswer[]; reportId: string }>;
let spoilt: Spoilt | undefined;

/** Two orders, a report and some stock; the routing may have been archived and the stations retired. */
async function somethingToSpoil(): Promise<Spoilt> {
  const { factoryId } = plant;
  await books.query(`UPDATE mes.stations SET retired_at = NULL`);
  const operations = [
    { sequence: 10, name: 'Turning', stationCode: 'M1', runSecondsPerPiece: '90' },
    { sequence: 20, name: 'Milling', stationCode: 'M2' },
  ];
  await dataOf(mes, DEFINE_ROUTING, { input: { factoryId, code: 'R1', productId: 'PROD-A001', operations } });
  const orders = [await anOrder(mes, plant), await anOrder(mes, plant, { upTo: 'RELEASED' })];
  fresh += 1;
  const made = { operationId: orders[0]!.operations[0]!.id, goodQuantity: '2', stationId: plant.stationId };
  // Once the shifts or policies are spoilt, an earlier report will do.
  const { report } = await fieldOf<{ report?: { id: string } }>(mes, REPORT, {
    input: { requestId: `spoil-${fresh}`, ...made },
  });
  const received = { materialId: 'STEEL', locationId: stores.store, lotNumber: `L-${fresh}`, quantity: '5' };
  await move(mes, 'receiveStock', received);
  return { orders, reportId: report?.id ?? spoilt!.reportId };
}

/** Every id that there is. */
async function known(command: string, toSpoil: boolean): Promise<Known> {
  const { factoryId } = plant;
  if (toSpoil || !spoilt) spoilt = await somethingToSpoil();
  const { orders, reportId } = spoilt;
  const latest = async (table: string): Promise<string[]> => {
    const sql = `SELECT id::text FROM mes.${table} WHERE factory_id = $1 ORDER BY id DESC LIMIT 4`;
    return (await books.query<{ id: string }>(sql, [factoryId])).rows.map(({ id }) => id);
  };
  const pools = {
    workOrderId: orders.map(({ id }) => id),
    operationId: orders.flatMap((order) => order.operations.map(({ id }) => id)),
    stationId: await latest('stations'),
    lotId: await latest('lots'),
    reportId: [reportId],
    jobId: await latest('jobs'),
    lineId: await latest('production_lines'),
    routingId: await latest('routings'),
    receiptId: await latest('finished_goods_receipts'),
    blockerId: await latest('heard_blockers'),
    qualificationId: await latest('operator_qualifications'),
    awaitingId: await latest('reports_awaiting_approval'),
    exceptionId: await latest('calendar_exceptions'),
  };
  const own = [
    [/(workOrder|WorkOrder|BackOrder|ReworkOrder|addOperation|repeatOperation|skipOperation)/, pools.workOrderId],
    [/[sS]tation/, pools.stationId],
    [/[lL]ot/, pools.lotId],
    [/Receipt/, pools.receiptId],
    [/Blocker/, pools.blockerId],
    [/Qualification/, pools.qualificationId],
    [/Report$/, pools.awaitingId],
    [/Exception/, pools.exceptionId],
    [/[fF]actory$/, [factoryId]],
    [/routing/, pools.routingId],
  ] as const;
  const places = [stores.store, stores.line, stores.cage, stores.dock];
  const all: Record<string, readonly unknown[]> = {
    ...pools,
    id: own.find(([pattern]) => pattern.test(command))?.[1] ?? Object.values(pools).flat(),
    factoryId: [factoryId],
    requestId: Array.from({ length: 500 }, (_, at) => `bad-${command}-${at}`),
    version: ['version'],
    afterOperationId: pools.operationId,
    sentBackToOperationId: pools.operationId,
    warehouseId: [stores.warehouseId],
    ...Object.fromEntries(['locationId', 'fromLocationId', 'toLocationId'].map((name) => [name, places])),
    toLotId: pools.lotId,
    materialId: ['STEEL'],
    toMaterialId: ['STEEL', 'PROD-A001'],
    productId: ['PROD-A001'],
    operatorId: ['emp-101', 'emp-102'],
    code: /Routing|routing/.test(command) ? ['R1'] : ['M1', 'L1', 'W1', 'X9'],
    routingCode: ['R1'],
    stationCode: ['M1', 'M2'],
    lineCode: ['L1'],
    number: Array.from({ length: 50 }, (_, at) => `N-${command}-${at}`),
    numbers: Array.from({ length: 50 }, (_, at) => `S-${command}-${at}`),
    lotNumber: [`L-${fresh}`, 'L-new'],
    timeZone: ['Asia/Shanghai'],
    startedAt: ['2026-01-05T02:00:00Z'],
    endedAt: ['2026-01-05T04:00:00Z', '2026-01-05T03:00:00Z'],
    ...Object.fromEntries(['from', 'validFrom', 'date', 'shiftDate', 'on'].map((name) => [name, ['2026-01-05']])),
    ...Object.fromEntries(['to', 'validUntil', 'dueDate'].map((name) => [name, ['2026-01-06']])),
    pattern: ['{yyyy}{MM}{dd}-{seq:4}'],
    startsAt: ['08:00', '20:00'],
    endsAt: ['20:00', '08:00'],
    currency: ['CNY'],
    unit: ['pcs', 'kg'],
    shift: ['day', 'night'],
    gtin: ['09506000134352'],
    data: ['01095060001343521724010110L-1', '(01)09506000134352(10)L-1'],
    digits: ['950600013435'],
    first: [1, 50, 200],
    sequence: [10, 20],
    after: [...(command === 'defineRouting' ? [10] : [])],
    priority: [1, 5, 9],
    weekdays: [1, 5, 7],
  };
  return Object.fromEntries(Object.entries(all).filter(([, values]) => values.length > 0));
}

/** The version that a thing is at: a client that read it sends it back. */
async function versionOf(id: string): Promise<number> {
  if (!isId(id)) return 1;
  const each = versioned.map((table) => `SELECT version FROM mes.${table} WHERE id::text = $1`);
  const { rows } = await books.query<{ version: number }>(each.join(' UNION ALL '), [id]);
  return rows[0]?.version ?? 1;
}
const versioned = [
  'work_orders',
  'work_order_operations',
  'lots',
  'finished_goods_receipts',
  'reports_awaiting_approval',
];

async function withVersions(values: Values): Promise<Values> {
  const input = values['input'] as Values | undefined;
  if (input?.['version'] !== 'version') return values;
  return { input: { ...input, version: await versionOf(String(input['id'] ?? input['operationId'])) } };
}

/** From where a command takes an order on: each try finds the orders there again. */
const begins: Readonly<Record<string, string>> = {
  planWorkOrder: 'DRAFT',
  deleteWorkOrder: 'DRAFT',
  releaseWorkOrder: 'PLANNED',
  startWorkOrder: 'RELEASED',
  resumeWorkOrder: 'HELD',
  reopenWorkOrder: 'COMPLETED',
  closeWorkOrder: 'COMPLETED',
  createBackOrder: 'COMPLETED',
  recomputeWorkOrderCost: 'COMPLETED',
};

async function setBack(command: string, { workOrderId = [] }: Known): Promise<void> {
  const status = begins[command] ?? (/WorkOrder$|Operation$/.test(command) ? 'IN_PROGRESS' : null);
  const sql = `UPDATE mes.work_orders SET status = $1, hold_cause = $2 WHERE id = ANY($3::uuid[])`;
  if (status) await books.query(sql, [status, status === 'HELD' ? 'OPERATIONAL' : null, workOrderId]);
}

const expectedCodes = Object.keys(faultCodes).filter(
  (code) => !['INTERNAL_SERVER_ERROR', 'UNAVAILABLE'].includes(code),
);

/** What is wrong with the answer, if anything is. An error without a path is about the variables. */
async function complaint(document: string, values: Values, who: Claims): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<'hung'>((resolve) => (timer = setTimeout(() => resolve('hung'), TOO_LONG_MS)));
  const answer = await Promise.race([mes.ask(document, values, who), tooLong]);
  clearTimeout(timer);
  if (answer === 'hung') return `no answer in ${TOO_LONG_MS} ms`;
  if (!answer.errors) understood += 1;
  const bad = answer.errors?.find(
    ({ extensions, path }) => !expectedCodes.includes(String(extensions['code'])) && (path || extensions['code']),
  );
  return bad ? `${bad.message} at ${bad.path?.join('.')}` : null;
}
/** Answers that were no errors: a field that never gives one was not asked properly. */
let understood = 0;

async function complaintsAbout(kind: 'query' | 'mutation', field: GraphQLField<unknown, unknown>): Promise<string[]> {
  const document = documentOf(kind, field);
  const found = new Map<string, string>();
  expect(validate(schema, parse(document))).toEqual([]);
  understood = 0;
  const plantKnows = await known(field.name, kind === 'mutation');
  for (const odds of [0, 2]) {
    const tries = fc.sample(argumentsOf(field, plantKnows, others, odds), {
      seed: SEED,
      numRuns: odds ? TRIES - 5 : 5,
    });
    for (const values of tries) {
      const sent = await withVersions(values);
      await setBack(field.name, plantKnows);
      // Nobody approves their own report.
      const who = /^(approve|decline)Report/.test(field.name) ? qualityEngineer : productionManager;
      const bad = await complaint(document, sent, who);
      if (bad && !found.has(bad)) found.set(bad, JSON.stringify(sent).slice(0, 1_500));
    }
  }
  if (understood === 0) found.set('was never answered', document);
  return [...found].map(([bad, sent]) => `${field.name}: ${bad}, for ${sent}`);
}

const root = (kind: 'query' | 'mutation') =>
  Object.values((kind === 'query' ? schema.getQueryType() : schema.getMutationType())!.getFields()).filter(
    ({ name }) => !name.startsWith('_'),
  );

it.each(['query', 'mutation'] as const)(
  'answers every %s that says too much, too little or nonsense',
  { timeout: 400_000 },
  async (kind) => {
    const complaints: string[] = [];
    for (const field of root(kind)) complaints.push(...(await complaintsAbout(kind, field)));
    expect(complaints).toEqual([]);
  },
);

it('keeps the books right through all of it', async () => {
  const query = `query($factoryId: ID!) { verifyStock(factoryId: $factoryId) { movementsSum } }`;
  expect(await fieldOf(mes, query, { factoryId: plant.factoryId })).toEqual([]);
});
