import { otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, erp, fieldOf, REPORT, setUpPlant, type OrderAnswer, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const now = new Date('2026-03-10T04:00:00Z');
let mes: TestSubgraph;
let plant: Plant;
let orders: OrderAnswer[];
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  plant = await setUpPlant(mes);
  orders = [await anOrder(mes, plant), await anOrder(mes, plant)];
});
afterAll(() => mes.stop());

const FIELDS = `station { code } shiftDate shift startsAt endsAt goodQuantity scrapQuantity reworkQuantity reportCount
  lines { workOrder { id } operation { sequence } goodQuantity scrapQuantity } currentWorkOrder { id }
  currentOperatorId lastReportedAt asOf`;
const boardAs = (kind: 'query' | 'subscription') =>
  `${kind}($stationId: ID!, $shiftDate: LocalDate!, $shift: String!) {
    shiftBoard(stationId: $stationId, shiftDate: $shiftDate, shift: $shift) { ${FIELDS} } }`;
const of = (change: object = {}) => ({ stationId: plant.stationId, shiftDate: '2012-01-30', shift: 'day', ...change });

let requests = 0;
const report = (order: OrderAnswer, change: Record<string, unknown>) => {
  const input = { requestId: `b-${++requests}`, operationId: order.operations[0]!.id, goodQuantity: '1', ...change };
  return fieldOf(mes, REPORT, { input });
};

describe('the board of a station in a shift', () => {
  it('shows zeros before the first report, and when the shift runs', async () => {
    expect(await fieldOf(mes, boardAs('query'), of())).toEqual({
      station: { code: 'M1' },
      shiftDate: '2012-01-30',
      shift: 'day',
      startsAt: '2012-01-30T00:00:00.000Z',
      endsAt: '2012-01-30T12:00:00.000Z',
      goodQuantity: '0',
      scrapQuantity: '0',
      reworkQuantity: '0',
      reportCount: 0,
      lines: [],
      currentWorkOrder: null,
      currentOperatorId: null,
      lastReportedAt: null,
      asOf: now.toISOString(),
    });
  });

  it('adds up what was reported there and then, and nothing else', async () => {
    const [one, two] = orders as [OrderAnswer, OrderAnswer];
    await report(one, { endedAt: '2012-01-30T01:00:00Z', goodQuantity: '2.5', operatorId: 'ID1' });
    await report(two, { endedAt: '2012-01-30T03:00:00Z', scrapQuantity: '1', scrapReason: 'burr', operatorId: 'ID2' });
    await report(one, { endedAt: '2012-01-30T02:00:00Z', reworkQuantity: '0.5', operatorId: 'ID3' });
    // Another shift, another day, another station.
    await report(one, { endedAt: '2012-01-30T13:00:00Z' });
    await report(one, { endedAt: '2012-01-31T01:00:00Z' });
    await report(one, { endedAt: '2012-01-30T04:00:00Z', operationId: one.operations[1]!.id });

    for (const kind of ['query', 'subscription'] as const) {
      expect(await fieldOf(mes, boardAs(kind), of())).toMatchObject({
        goodQuantity: '4.5',
        scrapQuantity: '1',
        reworkQuantity: '0.5',
        reportCount: 3,
        lines: [
          { workOrder: { id: two.id }, operation: { sequence: 10 }, goodQuantity: '1', scrapQuantity: '1' },
          { workOrder: { id: one.id }, operation: { sequence: 10 }, goodQuantity: '3.5', scrapQuantity: '0' },
        ],
        currentWorkOrder: { id: two.id },
        currentOperatorId: 'ID2',
        lastReportedAt: '2012-01-30T03:00:00.000Z',
      });
    }
  });

  it('ticks after a report, and only the board that moved', async () => {
    const ticks: string[] = [];
    const ticked = new Promise<void>((resolve) => {
      for (const [shift, done] of [
        ['day', () => resolve()],
        ['night', () => {}],
      ] as const) {
        const topic = `tenant-001.shiftBoard.${plant.stationId}.2012-02-01.${shift}`;
        void mes.live.subscribe(topic, () => {
          ticks.push(shift);
          done();
        });
      }
    });
    await report(orders[0]!, { endedAt: '2012-02-01T01:00:00Z' });
    await ticked;
    expect(ticks).toEqual(['day']);
  });

  it('has no times for a shift that the plant does not have', async () => {
    const board = await fieldOf(mes, boardAs('query'), of({ shift: 'swing' }));
    expect(board).toMatchObject({ startsAt: null, endsAt: null, reportCount: 0 });
  });

  it('does not exist for others', async () => {
    const elsewhere = { ...productionManager, factoryIds: ['factory-bj-01'] };
    for (const claims of [otherTenant, elsewhere]) {
      expect(await fieldOf(mes, boardAs('query'), of(), claims)).toBeNull();
    }
    expect(await fieldOf(mes, boardAs('query'), of({ stationId: 'nothing' }))).toBeNull();
    expect(await fieldOf(mes, boardAs('query'), of({ shift: 'nul\u0000' }))).toBeNull();
  });
});
