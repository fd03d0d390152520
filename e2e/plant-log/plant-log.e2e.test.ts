import { readFileSync } from 'node:fs';
import { expectedSums } from '@enghub/plant-log/expected-sums';
import { importLog, type ImportOutcome } from '@enghub/plant-log/import-log';
import { readLog, type LogRow } from '@enghub/plant-log/read-log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeData, startAllInOne, type RunningSystem } from '../support/all-in-one.ts';
import { eventually } from '../support/eventually.ts';
import { dataOf } from '../support/graph.ts';
import { everyPage } from '../support/pages.ts';

const file = 'examples/production-log-2012.csv';
const floor = readFileSync('schema/operations/Floor.graphql', 'utf8');

let system: RunningSystem;
let rows: readonly LogRow[];
let again: ImportOutcome;

beforeAll(async () => {
  system = await startAllInOne({ importFile: file });
  rows = (await readLog(file)).rows;
  again = await importLog({ file, url: system.graph.url, tokenFor: system.graph.token });
});

afterAll(async () => {
  await system?.stop();
  removeData(system);
});

type Order = {
  number: string;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
  operations: { id: string; name: string; goodQuantity: string }[];
};

const allOrders = () =>
  everyPage<Order>(
    system.graph,
    'emp-001',
    'workOrders',
    'number goodQuantity scrapQuantity reworkQuantity operations { id name goodQuantity }',
  );

const accepted = () => again.rows.filter((row) => row.kind === 'known');

describe('a real plant’s log, sent through the graph', () => {
  it('is accounted for to the last row', () => {
    expect(rows).toHaveLength(1663);
    expect(again.rows).toHaveLength(1663);
    expect(system.output()).toMatch(/accepted \d+ \+ refused \d+ = 1663 of 1663 rows/);
  });

  it('adds nothing when it is sent again', () => {
    expect(again.rows.filter((row) => row.kind === 'new')).toEqual([]);
    expect(again.orders.filter((order) => order.kind !== 'known')).toEqual([]);
    expect(again.rows.filter((row) => row.kind === 'unsent')).toEqual([]);
  });

  it('names a reason for every row that the plant refused', () => {
    const refused = again.rows.filter((row) => row.kind === 'refused');
    expect(refused.length + accepted().length).toBe(1663);
    expect(system.output()).toMatch(new RegExp(`rows refused +${refused.length} +${refused.length} OVER_LIMIT$`, 'm'));
    // Of an order that has been completed meanwhile, no row is taken at all.
    expect(new Set(refused.map((row) => row.code))).toEqual(new Set(['OVER_LIMIT', 'ORDER_NOT_IN_PROGRESS']));
  });

  it('gives each of the 150 orders the sums of the file itself', async () => {
    const expected = expectedSums(rows, new Set(accepted().map((row) => row.key)));
    const orders = await allOrders();
    expect(orders).toHaveLength(150);
    for (const order of orders) {
      const sums = expected.get(order.number)!;
      const said = [order.goodQuantity, order.scrapQuantity, order.reworkQuantity].map(Number);
      expect([order.number, ...said]).toEqual([order.number, sums.total.good, sums.total.scrap, sums.total.rework]);
      for (const operation of order.operations) {
        expect([order.number, operation.name, Number(operation.goodQuantity)]).toEqual([
          order.number,
          operation.name,
          sums.operations.get(operation.name)!.good,
        ]);
      }
    }
  });

  it('makes one in-process inspection for every report of a quality check, and never two', async () => {
    const checks = accepted().filter((row) => {
      const { operation, qty_completed, qty_for_mrb } = rows.find((it) => it.line === row.line)!;
      return operation.includes('Q.C.') && Number(qty_completed) + Number(qty_for_mrb) > 0;
    });
    type Inspection = { productionReportId: string; operationName: string };
    const found = await eventually(
      async () => {
        const all = await everyPage<Inspection>(
          system.graph,
          'emp-201',
          'inspections',
          'productionReportId operationName',
        );
        const ofChecks = all.filter((it) => it.operationName.includes('Q.C.'));
        return ofChecks.length >= checks.length && ofChecks;
      },
      { within: 60_000 },
    );
    expect(found).toHaveLength(checks.length);
    expect(new Set(found.map((it) => it.productionReportId)).size).toBe(checks.length);
  });

  it('answers the floor query over work orders, inspections and OEE', async () => {
    const { workOrders } = dataOf<{ workOrders: { edges: { node: Record<string, unknown> }[]; pageInfo: object } }>(
      await system.graph.ask('emp-001', floor),
    );
    expect(workOrders.edges).toHaveLength(20);
    const stations = workOrders.edges.flatMap(
      ({ node }) => node['operations'] as { station: { equipment: { oee: unknown } } }[],
    );
    expect(workOrders.edges.every(({ node }) => (node['product'] as { name: string }).name.length > 0)).toBe(true);
    expect(stations.every(({ station }) => station.equipment !== null)).toBe(true);
  });

  it('knows the OEE of a machine that worked on 30 January 2012, and none for a day without work', async () => {
    const { factory } = dataOf<{ factory: { stations: { code: string; id: string }[] } }>(
      await system.graph.ask('emp-001', '{ factory(id: "factory-sh-01") { stations { id code } } }'),
    );
    const station = factory.stations.find(({ code }) => code.startsWith('machine-4'))!;
    const oee = `query ($id: ID!, $day: LocalDate!) { stationOee(stationId: $id, shiftDate: $day, shift: "day") {
      value availability performance quality elements { plannedOperationTime actualProductionTime producedQuantity } } }`;
    type Oee = {
      stationOee: { availability: string; quality: string; elements: { plannedOperationTime: string } } | null;
    };
    const worked = dataOf<Oee>(
      await system.graph.ask('emp-001', oee, { id: station.id, day: '2012-01-30' }),
    ).stationOee!;
    expect(Number(worked.elements.plannedOperationTime)).toBe(720);
    expect(Number(worked.availability)).toBeGreaterThan(0);
    expect(Number(worked.availability)).toBeLessThanOrEqual(1);
    expect(
      dataOf<Oee>(await system.graph.ask('emp-001', oee, { id: station.id, day: '2012-12-24' })).stationOee,
    ).toBeNull();
  });

  it('lets planning suggest material for every order', async () => {
    const missing = await eventually(
      async () => {
        const orders = await everyPage<{ number: string; materialRequirements: unknown[] | null }>(
          system.graph,
          'emp-301',
          'workOrders',
          'number materialRequirements { netQuantity unit material { id name } }',
        );
        return orders.length === 150 && orders.every((order) => (order.materialRequirements?.length ?? 0) > 0);
      },
      { within: 60_000, every: 500 },
    );
    expect(missing).toBe(true);
  });
});
