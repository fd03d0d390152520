import { productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anOrder,
  DEFINE_FACTORY,
  DEFINE_ROUTING,
  DEFINE_SHIFTS,
  DEFINE_STATION,
  erp,
  fieldOf,
  type Plant,
} from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import { reporter, type Input } from './reports-for-tests.ts';

const now = new Date('2026-12-01T00:00:00Z');
const factoryId = 'factory-bj-01';

let mes: TestSubgraph;
let plant: Plant;
let floor: ReturnType<typeof reporter>;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  floor = reporter(mes);
  const set = (query: string, input: Input) => fieldOf(mes, query, { input }, productionManager);
  // The plant of the tests stands in Berlin: its clocks change in the night of a shift.
  await set(DEFINE_FACTORY, { id: factoryId, name: 'Berlin', timeZone: 'Europe/Berlin', overproductionPercent: '0' });
  const shifts = [
    ['early', '06:00', '14:00'],
    ['late', '14:00', '22:00'],
    ['night', '22:00', '06:00'],
  ].map(([name, startsAt, endsAt]) => ({ name, startsAt, endsAt }));
  await set(DEFINE_SHIFTS, { factoryId, validFrom: '2000-01-01', shifts });
  await set(DEFINE_STATION, { factoryId, code: 'M1', name: 'Mill' });
  const operations = [{ sequence: 10, name: 'Milling', stationCode: 'M1' }];
  await set(DEFINE_ROUTING, { factoryId, code: 'R1', productId: 'PROD-A001', operations });
  plant = { factoryId, stationId: '', routingCode: 'R1' };
});
afterAll(() => mes.stop());

/** One report every quarter of an hour; answers how many each shift has. */
async function reportAllThrough(from: string, until: string): Promise<Record<string, number>> {
  const [start, end] = [Date.parse(from), Date.parse(until)];
  const order = await anOrder(mes, plant, { quantity: '1000' });
  const operationId = order.operations[0]!.id;
  const reports: Input[] = [];
  for (let at = start; at < end; at += 15 * 60_000) {
    const endedAt = new Date(at).toISOString();
    reports.push({ requestId: `${order.id} ${endedAt}`, operationId, goodQuantity: '1', endedAt });
  }
  const { results } = await floor.batch(reports);
  expect(results.every(({ report }) => report)).toBe(true);
  const rows = await mes.rows<{ shift: string; reports: number }>(
    `SELECT shift_date || ' ' || shift AS shift, count(*)::integer AS reports FROM mes.production_reports
      WHERE work_order_id = $1 GROUP BY 1 ORDER BY min(report_time)`,
    [order.id],
  );
  expect(rows.reduce((sum, row) => sum + row.reports, 0)).toBe(reports.length);
  return Object.fromEntries(rows.map((row) => [row.shift, row.reports]));
}

describe('each report belongs to exactly one shift occurrence', () => {
  it('in the night that loses an hour', async () => {
    expect(await reportAllThrough('2026-03-28T13:00:00Z', '2026-03-29T12:00:00Z')).toEqual({
      '2026-03-28 late': 32,
      '2026-03-28 night': 28,
      '2026-03-29 early': 32,
    });
  });

  it('in the night that has an hour twice', async () => {
    expect(await reportAllThrough('2026-10-24T12:00:00Z', '2026-10-25T13:00:00Z')).toEqual({
      '2026-10-24 late': 32,
      '2026-10-24 night': 36,
      '2026-10-25 early': 32,
    });
  });

  it('at the end of a month, where a night lies in two partitions', async () => {
    expect(await reportAllThrough('2026-01-31T13:00:00Z', '2026-02-01T13:00:00Z')).toEqual({
      '2026-01-31 late': 32,
      '2026-01-31 night': 32,
      '2026-02-01 early': 32,
    });
    const partitions = await mes.rows(
      `SELECT DISTINCT tableoid::regclass::text AS name FROM mes.production_reports
        WHERE shift_date = '2026-01-31' AND shift = 'night' AND report_time > '2026-01-31T20:00:00Z'`,
    );
    expect(partitions).toHaveLength(2);
  });

  it('and a correction belongs to the occurrence of its report, whenever it is made', async () => {
    const order = await anOrder(mes, plant, { quantity: '10' });
    const endedAt = '2026-01-31T23:30:00Z';
    const { report } = await floor.report({ operationId: order.operations[0]!.id, goodQuantity: '5', endedAt });
    const corrected = await floor.correct({ reportId: report!.id, goodQuantity: '4', reason: 'miscounted' });
    expect(corrected.report).toMatchObject({ shiftDate: '2026-01-31', shift: 'night', goodQuantity: '-1' });
  });
});
