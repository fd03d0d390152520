import { inChinese, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anOrder,
  bomLine,
  dataOf,
  erpWith,
  fieldOf,
  REPORT,
  sayTo,
  setUpPlant,
  type OrderAnswer,
  type Plant,
} from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const now = new Date('2026-03-10T09:00:00Z');
let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  const graph = erpWith({ 'PROD-A001': [bomLine('BAR', '0.4', 'kg')] });
  mes = await testSubgraph(definition, { graph, now: () => now });
  plant = await setUpPlant(mes, { policies: { predecessor: 'ALLOW', materialShortage: 'ALLOW' } });
});
afterAll(() => mes.stop());

const BREAKDOWN = '{ material labour machine scrap total }';
const COST = `version currency standard ${BREAKDOWN} actual ${BREAKDOWN} variance actualPerPiece materialIsEstimate
  ratesSource ratesValidFrom missing { kind reference }`;
const DEFINE = `mutation($input: DefineCostRatesInput!) { defineCostRates(input: $input) {
  ... on DefineCostRatesPayload { replayed rates { currency labourPerHour machineByStation { station { code } perHour }
    materials { materialId unit cost } definedBy } } ... on CostingRefusal { code message } } }`;
const RATES = `query($factoryId: ID!, $on: LocalDate) { costRates(factoryId: $factoryId, on: $on) { source validFrom } }`;
const RECOMPUTE = `mutation($input: RecomputeWorkOrderCostInput!) { recomputeWorkOrderCost(input: $input) {
  ... on RecomputeWorkOrderCostPayload { cost { version actual { total } } } ... on CostingRefusal { code message } } }`;
const CORRECT = `mutation($input: CorrectProductionReportInput!) { correctProductionReport(input: $input) { __typename } }`;

let requests = 0;
const rates = (change: object = {}) => ({
  input: {
    requestId: `k-${++requests}`,
    factoryId: 'factory-sh-01',
    validFrom: '2026-01-01',
    currency: 'CNY',
    source: 'Controlling 2026',
    labourPerHour: '36',
    machinePerHour: '18',
    machineByStation: [{ stationCode: 'M2', perHour: '72' }],
    materials: [{ materialId: 'BAR', unit: 'kg', cost: '2.5' }],
    ...change,
  },
});
const report = (order: OrderAnswer, operation: number, change: object) => {
  const input = { requestId: `k-${++requests}`, operationId: order.operations[operation]!.id, ...change };
  return fieldOf<{ report: { id: string } }>(mes, REPORT, { input });
};
type Cost = Record<string, unknown> & { version: number | null };
const costOf = async ({ id }: { id: string }) =>
  (
    await dataOf<{ workOrder: { cost: Cost | null } }>(
      mes,
      `query($id: ID!) { workOrder(id: $id) { cost { ${COST} } } }`,
      { id },
    )
  ).workOrder.cost;

/** Waits until the cost of the order has come to a version. */
async function written(order: { id: string }, version: number): Promise<Cost> {
  for (;;) {
    const cost = await costOf(order);
    if (cost?.version === version) return cost;
    await setTimeout(20);
  }
}

/** 8 good pieces and 2 scrapped in an hour of turning and half an hour of milling. */
async function worked(): Promise<{ order: OrderAnswer; last: string }> {
  const order = await anOrder(mes, plant);
  const turning = { startedAt: '2026-03-10T06:00:00Z', endedAt: '2026-03-10T07:00:00Z' };
  await report(order, 0, { ...turning, goodQuantity: '8', scrapQuantity: '2', scrapReason: 'burr' });
  const milling = { startedAt: '2026-03-10T07:30:00Z', endedAt: '2026-03-10T08:00:00Z' };
  const { report: last } = await report(order, 1, { ...milling, goodQuantity: '8' });
  return { order, last: last.id };
}

describe('cost rates', () => {
  it('are not known before anybody defines them, and then nothing has a cost', async () => {
    const { order } = await worked();
    expect(await costOf(order)).toBeNull();
    expect(await fieldOf(mes, RATES, { factoryId: plant.factoryId })).toBeNull();
    const done = await sayTo(mes, 'complete', order);
    await setTimeout(300);
    expect(await costOf(done)).toBeNull();
    expect(await fieldOf(mes, RECOMPUTE, { input: { workOrderId: order.id } })).toMatchObject({ code: 'NO_RATES' });

    // Defined afterwards, they count when somebody asks for it.
    expect(await fieldOf(mes, DEFINE, rates())).toEqual({
      replayed: false,
      rates: {
        currency: 'CNY',
        labourPerHour: '36',
        machineByStation: [{ station: { code: 'M2' }, perHour: '72' }],
        materials: [{ materialId: 'BAR', unit: 'kg', cost: '2.5' }],
        definedBy: 'emp-001',
      },
    });
    const again = await fieldOf<{ cost: Cost }>(mes, RECOMPUTE, { input: { workOrderId: order.id } });
    expect(again.cost).toMatchObject({ version: 1 });
    await fieldOf(mes, RECOMPUTE, { input: { workOrderId: order.id } });
    const audited = await mes.rows(
      `SELECT FROM mes.audit_entries WHERE command = 'recomputeWorkOrderCost' AND entity_id = $1`,
      [order.id],
    );
    expect(audited).toHaveLength(1);
  });

  it('hold from their day on; of two for one day the later one', async () => {
    await fieldOf(mes, DEFINE, rates({ validFrom: '2026-07-01', source: 'Second half' }));
    const source = async (on: string) =>
      (await fieldOf<{ source: string } | null>(mes, RATES, { factoryId: plant.factoryId, on }))?.source ?? null;
    expect(await Promise.all(['2025-12-31', '2026-06-30', '2026-07-01'].map(source))).toEqual([
      null,
      'Controlling 2026',
      'Second half',
    ]);
    await fieldOf(mes, DEFINE, rates({ validFrom: '2026-07-01', source: 'Corrected' }));
    expect(await source('2026-12-31')).toBe('Corrected');
  });

  it('are answered again for the same request, and refused with a reason in the user’s language', async () => {
    const request = rates({ validFrom: '2030-01-01' });
    await fieldOf(mes, DEFINE, request);
    expect(await fieldOf(mes, DEFINE, request)).toMatchObject({ replayed: true });
    const other = { input: { ...request.input, source: 'Other' } };
    expect(await fieldOf(mes, DEFINE, other)).toMatchObject({ code: 'REQUEST_ID_REUSED' });
    const cases = [
      [{ currency: 'XXZ' }, 'BAD_CURRENCY'],
      [{ machineByStation: [{ stationCode: 'M9', perHour: '1' }] }, 'STATION_NOT_FOUND'],
      [{ machinePerHour: '-1' }, 'BAD_RATE'],
      [{ source: 'nul\u0000' }, 'BAD_NAME'],
      [{ factoryId: 'nothing' }, 'FACTORY_NOT_FOUND'],
      [{ requestId: ' ' }, 'BAD_REQUEST_ID'],
    ] as const;
    for (const [change, code] of cases) expect(await fieldOf(mes, DEFINE, rates(change))).toMatchObject({ code });
    const chinese = await fieldOf(mes, DEFINE, rates({ currency: 'cny' }), inChinese(productionManager));
    expect(chinese).toMatchObject({ message: expect.stringContaining('币种') });
    expect(await fieldOf(mes, DEFINE, rates(), otherTenant)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
    expect(await fieldOf(mes, RATES, { factoryId: plant.factoryId }, otherTenant)).toBeNull();
  });
});

describe('the cost of an order', () => {
  it('is computed as the order goes on, and written down and told when it is completed', async () => {
    const { order, last } = await worked();
    const expected = {
      currency: 'CNY',
      standard: {
        // 8 × 0.4 × 2.50
        material: '8',
        // (600 + 8 × 90) s and 8 × 45.5 s at 36/h
        labour: '16.84',
        // 1320 s at 18/h, 364 s at 72/h
        machine: '13.88',
        scrap: '0',
        total: '38.72',
      },
      actual: {
        // No stock is kept: 10 × 0.4 × 2.50
        material: '10',
        labour: '0',
        // 3600 s at 18/h, 1800 s at 72/h
        machine: '54',
        // 2 × (0.4 × 2.50 + 90 s at 54/h)
        scrap: '4.7',
        total: '64',
      },
      variance: '25.28',
      actualPerPiece: '8',
      materialIsEstimate: true,
      ratesSource: 'Controlling 2026',
      ratesValidFrom: '2026-01-01',
      missing: order.operations.map(({ id }) => ({ kind: 'LABOUR_TIME', reference: id })),
    };
    expect(await costOf(order)).toEqual({ ...expected, version: null });
    const done = await sayTo(mes, 'complete', order);
    expect(await written(done, 1)).toEqual({ ...expected, version: 1 });
    const told = await mes.rows<{ data: object }>(
      `SELECT envelope->'data' AS data FROM mes.outbox WHERE routing_key = 'mes.work-order.cost-computed.v2' AND aggregate_id = $1`,
      [order.id],
    );
    expect(told).toMatchObject([{ data: { version: 1, currency: 'CNY', incomplete: true } }]);

    const input = { requestId: `k-${++requests}`, reportId: last, goodQuantity: '4', reason: 'miscounted' };
    await fieldOf(mes, CORRECT, { input });
    expect(await written(done, 2)).toMatchObject({ actualPerPiece: '16' });
  });

  it('cannot be recomputed while the order goes on, nor by others', async () => {
    const { order } = await worked();
    const input = { workOrderId: order.id };
    expect(await fieldOf(mes, RECOMPUTE, { input })).toMatchObject({ code: 'NOT_COMPLETED' });
    expect(await fieldOf(mes, RECOMPUTE, { input }, otherTenant)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await fieldOf(mes, RECOMPUTE, { input: { workOrderId: 'nothing' } })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('takes what the stock ledger says was used, less what came back', async () => {
    const { order } = await worked();
    const place = '01890000-0000-7000-8000-000000000002';
    await mes.rows(
      `INSERT INTO mes.warehouses (id, tenant_id, factory_id, code, name) VALUES ($1, 'tenant-001', 'factory-sh-01', 'W', 'W')`,
      [place],
    );
    await mes.rows(
      `INSERT INTO mes.stock_locations (id, tenant_id, factory_id, warehouse_id, code, name, purpose)
       VALUES ($1, 'tenant-001', 'factory-sh-01', $1, 'P', 'Line side', 'PRODUCTION')`,
      [place],
    );
    const rows = [
      ['CONSUME', '-5'],
      ['RETURN', '0.5'],
      ['ISSUE', '-9'],
      ['ISSUE', '9'],
    ];
    for (const [kind, quantity] of rows) {
      await mes.rows(
        `INSERT INTO mes.stock_movements (id, movement_id, tenant_id, factory_id, kind, warehouse_id, location_id, material_id,
                                          quantity, unit, work_order_id, moved_by, moved_at)
         VALUES (gen_random_uuid(), gen_random_uuid(), 'tenant-001', 'factory-sh-01', $1, $2, $2, 'BAR', $3, 'kg', $4, 'x', now())`,
        [kind, place, quantity, order.id],
      );
    }
    // 4.5 × 2.50
    expect(await costOf(order)).toMatchObject({ actual: { material: '11.25' }, materialIsEstimate: false });
  });
});
