import { inChinese, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anOrder,
  dataOf,
  erp,
  fieldOf,
  REPORT,
  sayTo,
  setUpPlant,
  type OrderAnswer,
  type Plant,
} from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const now = new Date('2026-03-10T09:00:00Z');
const PLACE = '01890000-0000-7000-8000-000000000001';
let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  const lotNumber = { assignedAt: 'RELEASE', pattern: 'L-{order}' };
  plant = await setUpPlant(mes, { policies: { predecessor: 'ALLOW', lotNumber } });
  await mes.rows(
    `INSERT INTO mes.warehouses (id, tenant_id, factory_id, code, name) VALUES ($1, 'tenant-001', 'factory-sh-01', 'W', 'W')`,
    [PLACE],
  );
  await mes.rows(
    `INSERT INTO mes.stock_locations (id, tenant_id, factory_id, warehouse_id, code, name, purpose)
     VALUES ($1, 'tenant-001', 'factory-sh-01', $1, 'A1', 'Rack', 'STORAGE')`,
    [PLACE],
  );
});
afterAll(() => mes.stop());

type Receipt = { id: string; version: number; state: string; quantity: string };
type Answer = { completionReport: Record<string, unknown> | null; finishedGoodsReceipts: Receipt[] };
const ORDER = `query($id: ID!) { workOrder(id: $id) {
  completionReport { version goodQuantity yield firstPassYield leadSeconds dueDateMet firstReportAt
    operations { operation { id } sequence goodQuantity scrapQuantity plannedSetupSeconds plannedRunSeconds actualRunSeconds
      labourSeconds yield reportCount scrapReasons { reason quantity } } }
  finishedGoodsReceipts { id version state quantity unit lot { number } location { code } product { id } reason } } }`;
const ACCEPT = `mutation($input: AcceptFinishedGoodsReceiptInput!) { acceptFinishedGoodsReceipt(input: $input) {
  ... on FinishedGoodsReceiptPayload { replayed receipt { state quantity decidedBy } }
  ... on FinishedGoodsReceiptRefusal { code message limit actual } } }`;
const DECLINE = `mutation($input: DeclineFinishedGoodsReceiptInput!) { declineFinishedGoodsReceipt(input: $input) {
  ... on FinishedGoodsReceiptPayload { receipt { state reason } } ... on FinishedGoodsReceiptRefusal { code message } } }`;
const CORRECT = `mutation($input: CorrectProductionReportInput!) { correctProductionReport(input: $input) { __typename } }`;

let requests = 0;
const report = (order: OrderAnswer, operation: number, change: object) => {
  const input = { requestId: `c-${++requests}`, operationId: order.operations[operation]!.id, ...change };
  return fieldOf<{ report: { id: string } }>(mes, REPORT, { input });
};
const correct = (reportId: string, goodQuantity: string) =>
  fieldOf(mes, CORRECT, { input: { requestId: `c-${++requests}`, reportId, goodQuantity, reason: 'miscounted' } });

async function orderOf({ id }: { id: string }): Promise<Answer> {
  const { workOrder } = await dataOf<{ workOrder: Answer }>(mes, ORDER, { id });
  return workOrder;
}

/** Waits until the order's report has come to a version. */
async function reported(order: { id: string }, version: number): Promise<Answer> {
  for (;;) {
    const answer = await orderOf(order);
    if ((answer.completionReport?.['version'] ?? 0) === version) return answer;
    await setTimeout(20);
  }
}

/** An order that made 8 good pieces and scrapped 2. */
async function completed(): Promise<{ order: OrderAnswer; last: string }> {
  const order = await anOrder(mes, plant, { quantity: '10' });
  const work = { startedAt: '2026-03-10T06:00:00Z', endedAt: '2026-03-10T07:00:00Z' };
  await report(order, 0, { ...work, goodQuantity: '8', scrapQuantity: '2', scrapReason: 'burr' });
  const { report: last } = await report(order, 1, { goodQuantity: '8', endedAt: '2026-03-10T08:00:00Z' });
  return { order: await sayTo(mes, 'complete', order), last: last.id };
}

describe('the completion report', () => {
  it('is written when an order is completed, and says what each operation came to', async () => {
    const running = await anOrder(mes, plant);
    expect(await orderOf(running)).toEqual({ completionReport: null, finishedGoodsReceipts: [] });
    const { order } = await completed();
    const { completionReport } = await reported(order, 1);
    expect(completionReport).toMatchObject({
      goodQuantity: '8',
      yield: '0.8',
      dueDateMet: null,
      leadSeconds: '0',
      firstReportAt: '2026-03-10T06:00:00.000Z',
      operations: [
        {
          operation: { id: order.operations[0]!.id },
          scrapQuantity: '2',
          plannedSetupSeconds: '600',
          plannedRunSeconds: '900',
          actualRunSeconds: '3600',
          labourSeconds: '0',
          yield: '0.8',
          reportCount: 1,
          scrapReasons: [{ reason: 'burr', quantity: '2' }],
        },
        { goodQuantity: '8', plannedRunSeconds: '455', yield: '1' },
      ],
    });
  });

  it('has a further version after a correction, and the suggested receipt follows it', async () => {
    const { order, last } = await completed();
    await reported(order, 1);
    await correct(last, '7');
    const { completionReport, finishedGoodsReceipts } = await reported(order, 2);
    expect(completionReport).toMatchObject({ goodQuantity: '7' });
    expect(finishedGoodsReceipts).toMatchObject([{ state: 'SUGGESTED', quantity: '7', version: 2 }]);
    await correct(last, '0');
    expect((await reported(order, 3)).finishedGoodsReceipts).toMatchObject([{ state: 'WITHDRAWN' }]);
    const versions = await mes.rows('SELECT version FROM mes.completion_reports WHERE work_order_id = $1', [order.id]);
    expect(versions).toHaveLength(3);
  });
});

describe('a receipt of finished goods', () => {
  const suggested = async () => {
    const { order, last } = await completed();
    const { finishedGoodsReceipts } = await reported(order, 1);
    return { order, last, receipt: finishedGoodsReceipts[0]! };
  };
  const accept = (receipt: Receipt, change: object = {}, claims = productionManager) => {
    const input = { requestId: `c-${++requests}`, id: receipt.id, version: receipt.version, ...change };
    return fieldOf<Record<string, unknown>>(mes, ACCEPT, { input }, claims);
  };

  it('is suggested with lot and place, and takes the pieces into stock once', async () => {
    const { order, receipt } = await suggested();
    expect(receipt).toMatchObject({
      state: 'SUGGESTED',
      quantity: '8',
      unit: 'pcs',
      lot: { number: expect.stringMatching(/^L-WO-T/) },
      location: { code: 'A1' },
      product: { id: 'PROD-A001' },
    });
    const requestId = 'accept-once';
    const answer = { replayed: false, receipt: { state: 'ACCEPTED', quantity: '8', decidedBy: 'emp-001' } };
    expect(await accept(receipt, { requestId })).toEqual(answer);
    expect(await accept(receipt, { requestId })).toEqual({ ...answer, replayed: true });
    const moved = await mes.rows(
      `SELECT kind, quantity::float AS quantity, lot_id IS NOT NULL AS lot FROM mes.stock_movements WHERE work_order_id = $1`,
      [order.id],
    );
    expect(moved).toEqual([{ kind: 'PRODUCE', quantity: 8, lot: true }]);
    const audited = await mes.rows(`SELECT FROM mes.audit_entries WHERE entity_id = $1`, [receipt.id]);
    expect(audited).toHaveLength(1);
    expect(await accept(receipt)).toMatchObject({ code: 'ALREADY_DECIDED' });
  });

  it('leaves the rest suggested when fewer pieces came', async () => {
    const { order, receipt } = await suggested();
    await accept(receipt, { quantity: '5' });
    const { finishedGoodsReceipts } = await orderOf(order);
    expect(finishedGoodsReceipts).toMatchObject([
      { state: 'ACCEPTED', quantity: '5' },
      { state: 'SUGGESTED', quantity: '3' },
    ]);
  });

  it('is accepted once by two people at the same time', async () => {
    const { receipt } = await suggested();
    const answers = await Promise.all(Array.from({ length: 5 }, () => accept(receipt)));
    expect(answers.filter(({ code }) => code === undefined)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'ALREADY_DECIDED')).toHaveLength(4);
  });

  it('is refused for more than was made, at another version or place, and then leaves no trace', async () => {
    const { receipt } = await suggested();
    expect(await accept(receipt, { quantity: '9' })).toMatchObject({ code: 'MORE_THAN_MADE', limit: '8', actual: '9' });
    const cases = [
      [{ quantity: '0' }, 'BAD_QUANTITY'],
      [{ version: 7 }, 'STALE_VERSION'],
      [{ locationId: 'nothing' }, 'LOCATION_NOT_FOUND'],
      [{ locationId: receipt.id }, 'LOCATION_NOT_FOUND'],
      [{ id: 'nothing' }, 'NOT_FOUND'],
      [{ requestId: '' }, 'BAD_REQUEST_ID'],
    ] as const;
    for (const [change, code] of cases) expect(await accept(receipt, change)).toMatchObject({ code });
    expect(await accept(receipt, {}, otherTenant)).toMatchObject({ code: 'NOT_FOUND' });
    const chinese = await accept(receipt, { quantity: '9' }, inChinese(productionManager));
    expect(chinese['message']).toBe('9 超过尚未入库的合格品数量 8。');
    expect(await mes.rows('SELECT FROM mes.audit_entries WHERE entity_id = $1', [receipt.id])).toHaveLength(0);
  });

  it('is declined for a reason, and not suggested again', async () => {
    const { order, last, receipt } = await suggested();
    const input = { id: receipt.id, version: receipt.version, reason: 'Goes to the show.' };
    expect(await fieldOf(mes, DECLINE, { input: { ...input, reason: ' ' } })).toMatchObject({ code: 'BAD_REASON' });
    expect(await fieldOf(mes, DECLINE, { input })).toEqual({ receipt: { state: 'DECLINED', reason: input.reason } });
    expect(await fieldOf(mes, DECLINE, { input })).toMatchObject({ code: 'ALREADY_DECIDED' });
    await correct(last, '6');
    expect((await reported(order, 2)).finishedGoodsReceipts).toHaveLength(1);
  });

  it('stands in the list of the plant', async () => {
    const LIST = `query($factoryId: ID!, $state: FinishedGoodsReceiptState, $first: Int!, $after: String) {
      finishedGoodsReceipts(factoryId: $factoryId, state: $state, first: $first, after: $after) {
        edges { cursor node { state workOrder { number } } } pageInfo { hasNextPage } } }`;
    type Page = { edges: { cursor: string; node: { state: string } }[]; pageInfo: { hasNextPage: boolean } };
    const page = (change: object) => fieldOf<Page>(mes, LIST, { factoryId: plant.factoryId, first: 1, ...change });
    const first = await page({ state: 'ACCEPTED' });
    expect(first).toMatchObject({ edges: [{ node: { state: 'ACCEPTED' } }], pageInfo: { hasNextPage: true } });
    expect((await page({ state: 'ACCEPTED', after: first.edges[0]!.cursor })).edges).toHaveLength(1);
    expect((await page({ factoryId: 'nul\u0000' })).edges).toEqual([]);
    const elsewhere = await fieldOf<Page>(mes, LIST, { factoryId: plant.factoryId, first: 1 }, otherTenant);
    expect(elsewhere.edges).toEqual([]);
  });
});
