import { newId } from '@enghub/subgraph-kit/ids';
import { inChinese, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anOrder,
  DEFINE_ROUTING,
  erp,
  fieldOf,
  REPORT,
  setUpPlant,
  type OrderAnswer,
  type Plant,
} from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const now = new Date('2012-02-03T00:00:00Z');
let mes: TestSubgraph;
let plant: Plant;
let orders: OrderAnswer[];
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  plant = await setUpPlant(mes, { policies: { predecessor: 'ALLOW', stationOverlap: 'ALLOW' } });
  const operations = [{ sequence: 10, name: 'Grinding' }];
  const input = { factoryId: plant.factoryId, code: 'R2', productId: 'PROD-B', operations };
  await fieldOf(mes, DEFINE_ROUTING, { input });
  const other = { ...plant, routingCode: 'R2' };
  orders = await Promise.all([plant, plant, other].map((of) => anOrder(mes, of, { quantity: '100000' })));
});
afterAll(() => mes.stop());

const FIGURES = 'unit goodQuantity scrapQuantity reworkQuantity reportCount';
const DAILY = `query($factoryId: ID!, $from: LocalDate!, $to: LocalDate!, $groupBy: [DailyReportGroup!]!, $first: Int! = 200, $after: String) {
  dailyReport(factoryId: $factoryId, from: $from, to: $to, groupBy: $groupBy) { totals { ${FIGURES} }
    rows(first: $first, after: $after) { edges { node { day line { code } station { code } product { id } ${FIGURES} } }
      pageInfo { hasNextPage endCursor } } } }`;
const REBUILD = `mutation($input: RebuildDailyReportInput!) { rebuildDailyReport(input: $input) {
  ... on RebuildDailyReportPayload { dailyReport { totals { ${FIGURES} } } } ... on DailyReportRefusal { code message } } }`;
type Row = Record<string, unknown>;
type Daily = {
  totals: Row[];
  rows: { edges: { node: Row }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
};
const range = { factoryId: 'factory-sh-01', from: '2012-01-29', to: '2012-02-02' };
const daily = (change: object = {}) =>
  fieldOf<Daily>(mes, DAILY, { ...range, groupBy: ['LINE', 'STATION', 'PRODUCT'], ...change });
const rebuild = () => fieldOf(mes, REBUILD, { input: range });

let requests = 0;
const report = (order: OrderAnswer, operation: number, change: object) => {
  const input = { requestId: `d-${++requests}`, operationId: order.operations[operation]!.id, ...change };
  return fieldOf<{ report: { id: string } }>(mes, REPORT, { input });
};

/** Once every event has had its effect. */
async function settled(): Promise<void> {
  const left = `SELECT (SELECT count(*) FROM mes.outbox WHERE sent_at IS NULL)::integer
                     + (SELECT count(*) FROM mes.mailbox WHERE consumer = 'mes.daily-reports')::integer AS n`;
  while ((await mes.rows<{ n: number }>(left))[0]!.n > 0) await setTimeout(20);
}

const CORRECT = `mutation($input: CorrectProductionReportInput!) { correctProductionReport(input: $input) {
  __typename ... on ProductionReportRefusal { code } } }`;

/** What was counted wrongly; the quantities are those that the report should have had. */
async function correct(reportId: string, goodQuantity: string): Promise<void> {
  const input = { requestId: `d-${++requests}`, reportId, goodQuantity, reason: 'miscounted' };
  expect(await fieldOf(mes, CORRECT, { input })).toEqual({ __typename: 'ReportProductionPayload' });
}

/** The same figures, counted in another way. */
const counted = () =>
  mes.rows<Row>(
    `SELECT r.shift_date::text AS day, CASE WHEN s.id IS NULL THEN NULL ELSE json_build_object('code', s.code) END AS station,
            CASE WHEN l.id IS NULL THEN NULL ELSE json_build_object('code', l.code) END AS line,
            json_build_object('id', w.product_id) AS product, w.unit,
            trim_scale(sum(CASE WHEN o.is_last THEN r.good_quantity ELSE 0 END))::text AS "goodQuantity",
            trim_scale(sum(r.scrap_quantity))::text AS "scrapQuantity",
            trim_scale(sum(r.rework_quantity))::text AS "reworkQuantity",
            (count(*) - count(r.correction_of))::integer AS "reportCount"
       FROM mes.production_reports r JOIN mes.work_order_operations o ON o.id = r.operation_id
       JOIN mes.work_orders w ON w.id = r.work_order_id LEFT JOIN mes.stations s ON s.id = r.station_id
       LEFT JOIN mes.production_lines l ON l.id = s.line_id
      WHERE r.shift_date BETWEEN $1 AND $2
      GROUP BY r.shift_date, s.id, l.id, w.product_id, w.unit`,
    [range.from, range.to],
  );

const sorted = (rows: readonly Row[]) =>
  rows
    .map((row) =>
      JSON.stringify(
        Object.keys(row)
          .sort()
          .map((key) => [key, row[key]]),
      ),
    )
    .sort();
const nodes = ({ rows }: Daily) => rows.edges.map(({ node }) => node);

describe('the daily report', () => {
  it('counts what came out as product, and scrap wherever it fell', async () => {
    const [one] = orders as [OrderAnswer];
    const endedAt = '2012-01-31T04:00:00Z';
    await report(one, 0, { goodQuantity: '10', scrapQuantity: '2', scrapReason: 'burr', endedAt });
    await report(one, 1, { goodQuantity: '7.5', reworkQuantity: '1', endedAt });
    await settled();
    expect(await daily({ groupBy: ['PRODUCT'] })).toMatchObject({
      totals: [{ unit: 'pcs', goodQuantity: '7.5', scrapQuantity: '2', reworkQuantity: '1', reportCount: 2 }],
      rows: { edges: [{ node: { day: '2012-01-31', line: null, station: null, product: { id: 'PROD-A001' } } }] },
    });
    const byLine = await daily({ groupBy: ['LINE'] });
    expect(nodes(byLine)).toMatchObject([
      { line: null, goodQuantity: '7.5', reportCount: 1 },
      { line: { code: 'L1' }, goodQuantity: '0', scrapQuantity: '2' },
    ]);
  });

  it('has the figures of its source rows after any reports and corrections, also while it is rebuilt', async () => {
    let seed = 42;
    const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
    const ids: string[] = [];
    for (let round = 0; round < 6; round++) {
      const reports = Array.from({ length: 12 }, async () => {
        const order = orders[random(3)]!;
        const endedAt = new Date(Date.parse('2012-01-30T00:00:00Z') + random(72) * 3_600_000).toISOString();
        const scrap = random(3) === 0 ? { scrapQuantity: `${1 + random(3)}`, scrapReason: 'burr' } : {};
        const change = { goodQuantity: `${1 + random(50)}`, ...scrap, endedAt };
        const answer = await report(order, random(order.operations.length), change);
        ids.push(answer.report.id);
      });
      const corrections = [...new Set(ids.slice(-5))].map((id, at) => correct(id, `${round * 5 + at}.5`));
      await Promise.all([...reports, ...corrections, round % 2 ? rebuild() : daily()]);
    }
    await settled();
    const consumed = await daily();
    expect(sorted(nodes(consumed))).toEqual(sorted(await counted()));
    expect(await mes.rows('SELECT FROM mes.daily_production_marks')).toHaveLength(0);

    expect(await rebuild()).toEqual({ dailyReport: { totals: consumed.totals } });
    expect(await daily()).toEqual(consumed);
  });

  it('is repaired by a rebuild, which is audited for each day', async () => {
    const before = await daily();
    await mes.rows(`UPDATE mes.daily_production SET good_quantity = good_quantity + 1`);
    expect(await daily()).not.toEqual(before);
    await rebuild();
    expect(await daily()).toEqual(before);
    const audited = await mes.rows(
      `SELECT DISTINCT entity_id FROM mes.audit_entries WHERE command = 'rebuildDailyReport' ORDER BY 1`,
    );
    expect(audited).toHaveLength(5);
  });

  it('does not count an event twice that comes twice', async () => {
    const before = await daily();
    const [letter] = await mes.rows<{ envelope: never; aggregate_id: string; routing_key: string }>(
      `SELECT envelope, aggregate_id, routing_key FROM mes.outbox WHERE routing_key = 'mes.production-report.reported.v1' LIMIT 1`,
    );
    const { envelope, aggregate_id: aggregateId, routing_key: routingKey } = letter!;
    const again = { envelope: { ...(envelope as object), event_id: newId() }, aggregateId, routingKey };
    await mes.transport.publish([again as never]);
    await settled();
    expect(await daily()).toEqual(before);
  });

  it('comes in pages', async () => {
    const all = nodes(await daily());
    const seen: Row[] = [];
    let after: string | null = null;
    do {
      const page: Daily = await daily({ first: 4, after });
      seen.push(...nodes(page));
      after = page.rows.pageInfo.hasNextPage ? page.rows.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(all);
    const forged = Buffer.from(JSON.stringify(['2012-01-30', 'nul\u0000', '', '', ''])).toString('base64url');
    const { errors } = await mes.ask(DAILY, { ...range, groupBy: ['LINE'], after: forged });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('stays with the line that a station stood on', async () => {
    await mes.rows(`UPDATE mes.stations SET line_id = NULL WHERE code = 'M1'`);
    const before = await daily();
    await rebuild();
    expect(await daily()).toEqual(before);
    await mes.rows(`UPDATE mes.stations SET line_id = (SELECT id FROM mes.production_lines LIMIT 1) WHERE code = 'M1'`);
  });

  it('is refused for days that make no sense', async () => {
    const { errors } = await mes.ask(DAILY, { ...range, to: '2011-01-01', groupBy: [] });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    for (const to of ['2012-03-01', '2012-01-01']) {
      expect(await fieldOf(mes, REBUILD, { input: { ...range, to } })).toMatchObject({ code: 'BAD_RANGE' });
    }
    expect(
      await fieldOf(mes, REBUILD, { input: { ...range, to: '2012-03-01' } }, inChinese(productionManager)),
    ).toMatchObject({ message: expect.stringContaining('31 天') });
  });

  it('does not exist for others', async () => {
    expect(await fieldOf(mes, DAILY, { ...range, groupBy: [] }, otherTenant)).toBeNull();
    expect(await fieldOf(mes, REBUILD, { input: range }, otherTenant)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
  });
});
