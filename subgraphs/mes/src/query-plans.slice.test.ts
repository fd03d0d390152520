/** The plans of the named queries at a million reports, as the runtime role gets them under row-level security. */
import { PrismaPg } from '@prisma/adapter-pg';
import { productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from './database.ts';
import { pageOfDispatchList } from './dispatching/dispatch-list-store.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { anOrder, erp, setUpPlant } from './plant-for-tests.ts';
import { findCorrections, findReports, pagesOfReports } from './production-reporting/store.ts';
import { sumHours, sumLines, sumScrap } from './shift-board/store.ts';
import { findOpenOperations } from './station-capacity/store.ts';
import { definition } from './subgraph.ts';
import { pageOfOrders } from './work-orders/store.ts';

const REPORTS = 1_000_000;
const ORDERS = 20_000;
const MONTHS = 12;
const STATIONS = 40;
const now = new Date('2026-03-10T04:00:00Z');
const tenant = productionManager.tenantId;
const factoryId = 'factory-sh-01';

// An hour of work, an order, a station and an operator, spread by numbers that have no common divisor.
const ID = (kind: string, number: string) =>
  `('0196${kind}-0000-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
const AT = `timestamptz '2026-03-10T00:00:00Z' - n * interval '31.1 seconds'`;
const REPORT_ID = `(lpad(to_hex((extract(epoch FROM t.at) * 1000)::bigint), 12, '0') || '7000' || '8000' || lpad(to_hex(n), 12, '0'))::uuid`;

const GENERATE = [
  `SELECT mes.ensure_month_partitions('mes.production_reports', date '2025-03-01', date '2026-04-01')`,
  `SET session_replication_role = replica`,
  `INSERT INTO mes.stations (id, tenant_id, factory_id, code, name, capacity)
   SELECT ${ID('aaaa', 'n')}, '${tenant}', '${factoryId}', 'S' || n, 'Station ' || n, 1 FROM generate_series(1, ${STATIONS}) n`,
  `INSERT INTO mes.work_orders (id, tenant_id, factory_id, number, status, version, product_id, routing_id, quantity, unit,
                                sales_order_id, due_date, created_by, created_at)
   SELECT ${ID('bbbb', 'n')}, '${tenant}', CASE WHEN n % 2 = 0 THEN '${factoryId}' ELSE 'factory-bj-01' END, 'WO-P' || n,
          (ARRAY['CLOSED', 'CLOSED', 'CLOSED', 'COMPLETED', 'PLANNED', 'RELEASED', 'IN_PROGRESS'])[1 + n / 7 % 7], 1,
          'P-' || n % 500, (SELECT id FROM mes.routings LIMIT 1), 1000, 'pcs', 'SO-' || n / 3, date '2025-06-01' + n % 300,
          'emp-001', timestamptz '2026-03-10T00:00:00Z' - n * interval '26 minutes'
     FROM generate_series(1, ${ORDERS}) n`,
  `INSERT INTO mes.work_order_operations (id, tenant_id, factory_id, work_order_id, sequence, name, is_last, station_id,
                                          good_limit, status, planned_start_at)
   SELECT ${ID('cccc', 'n * 2 + k')}, '${tenant}', CASE WHEN n % 2 = 0 THEN '${factoryId}' ELSE 'factory-bj-01' END,
          ${ID('bbbb', 'n')}, k * 10, 'Operation', k = 1, ${ID('aaaa', `1 + (n + k) % ${STATIONS}`)}, 1000,
          CASE WHEN n / 7 % 7 < 4 THEN 'FINISHED' ELSE 'PENDING' END,
          timestamptz '2026-03-20T00:00:00Z' - n * interval '26 minutes'
     FROM generate_series(1, ${ORDERS}) n, generate_series(0, 1) k`,
  `INSERT INTO mes.production_reports (id, report_time, tenant_id, factory_id, work_order_id, operation_id, station_id,
     shift_date, shift, good_quantity, scrap_quantity, rework_quantity, operator_id, reported_by, created_at)
   SELECT ${REPORT_ID}, t.at, '${tenant}', CASE WHEN n / 5000 % 2 = 0 THEN '${factoryId}' ELSE 'factory-bj-01' END,
          ${ID('bbbb', '1 + n / 5000')}, ${ID('cccc', '(1 + n / 5000) * 2 + n % 2')}, ${ID('aaaa', `1 + n % ${STATIONS}`)},
          (t.at AT TIME ZONE 'Asia/Shanghai' - interval '8 hours')::date,
          CASE WHEN extract(hour FROM t.at AT TIME ZONE 'Asia/Shanghai') BETWEEN 8 AND 19 THEN 'day' ELSE 'night' END,
          1, 0, 0, 'emp-' || n % 199, 'emp-101', t.at + interval '3 seconds'
     FROM generate_series(1, ${REPORTS}) n, LATERAL (SELECT date_trunc('milliseconds', ${AT}) AS at) t`,
  `SET session_replication_role = DEFAULT`,
  `ANALYZE mes.production_reports`,
  `ANALYZE mes.work_orders`,
  `ANALYZE mes.work_order_operations`,
];

let mes: TestSubgraph;
let app: pg.Client;
let db: PrismaClient<'query'>;
/** Index of a partition → the index of the whole table that it is part of. */
const partitioned = new Map<string, string>();
const heard: { query: string; params: string }[] = [];

beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  await anOrder(mes, await setUpPlant(mes), { upTo: 'PLANNED' });
  const owner = new pg.Client({ connectionString: mes.ownerUrl });
  await owner.connect();
  // Indexes are built faster at the end, so those of the migrations are laid aside meanwhile.
  const indexes = await owner.query<{ name: string; text: string }>(
    `SELECT indexrelid::regclass::text AS name, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') AS text
       FROM pg_index WHERE indrelid = 'mes.production_reports'::regclass AND NOT indisprimary`,
  );
  for (const { name } of indexes.rows) await owner.query(`DROP INDEX ${name}`);
  for (const statement of GENERATE) await owner.query(statement);
  for (const { text } of indexes.rows) await owner.query(text);
  const { rows } = await owner.query<{ part: string; whole: string }>(
    `SELECT part.relname AS part, whole.relname AS whole FROM pg_inherits i
       JOIN pg_class part ON part.oid = i.inhrelid JOIN pg_class whole ON whole.oid = i.inhparent
      WHERE whole.relkind = 'I'`,
  );
  for (const { part, whole } of rows) partitioned.set(part, whole);
  await owner.end();

  const options = `-c app.tenant_id=${tenant} -c app.factory_ids=${factoryId},factory-bj-01`;
  app = new pg.Client({ connectionString: mes.appUrl, options });
  await app.connect();
  const adapter = new PrismaPg({ connectionString: mes.appUrl, options, max: 1 });
  db = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
  db.$on('query', (event) => heard.push(event));
}, 180_000);

afterAll(async () => {
  await db?.$disconnect();
  await app?.end();
  await mes?.stop();
});

type Plan = Readonly<{ 'Node Type': string; 'Relation Name'?: string; 'Index Name'?: string; Plans?: readonly Plan[] }>;

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

const literal = (value: unknown): string => {
  if (value === null) return 'NULL';
  const text = Array.isArray(value) ? `{${value.map((item) => JSON.stringify(item)).join(',')}}` : String(value);
  return pg.escapeLiteral(text);
};

/** Which indexes a statement uses, what it reads as a whole, and how many partitions of the reports it touches. */
async function planOf(text: string, values: readonly unknown[], mode: 'custom' | 'generic') {
  // A statement that is asked often has one plan for all values: it must prune by them all the same.
  await app.query(`SET plan_cache_mode = force_${mode}_plan`);
  await app.query(`PREPARE asked AS ${text}`);
  const given = values.length > 0 ? `(${values.map(literal).join(', ')})` : '';
  const { rows } = await app.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(`EXPLAIN (FORMAT JSON) EXECUTE asked${given}`);
  await app.query('DEALLOCATE asked');
  const nodes = nodesOf(rows[0]!['QUERY PLAN'][0]!.Plan);
  const tables = nodes.flatMap((node) => node['Relation Name'] ?? []);
  const names = nodes.flatMap((node) => node['Index Name'] ?? []);
  return {
    indexes: [...new Set(names.map((name) => partitioned.get(name) ?? name))].sort(),
    readWhole: nodes.flatMap((node) => (node['Node Type'] === 'Seq Scan' ? (node['Relation Name'] ?? []) : [])),
    partitions: new Set(tables.filter((table) => table.startsWith('production_reports_'))).size,
  };
}

/** The plan of what a store really asks. */
async function planOfStore(ask: (within: Db) => Promise<unknown>, about: RegExp, mode: 'custom' | 'generic') {
  heard.length = 0;
  await ask(db as unknown as Db);
  const event = heard.find(({ query }) => about.test(query));
  if (!event) throw new Error(`nothing was asked about ${about}: ${heard.map(({ query }) => query).join('\n')}`);
  return planOf(event.query, JSON.parse(event.params) as unknown[], mode);
}

const orderId = '0196bbbb-0000-7000-8000-000000000040';
const stationId = '0196aaaa-0000-7000-8000-000000000003';
const first = { first: 50, before: null };
const board = { factoryId, stationIds: [stationId], shiftDate: '2026-02-10', shift: 'day' };
const ran = { startsAt: new Date('2026-02-10T00:00:00Z'), endsAt: new Date('2026-02-10T12:00:00Z') };
const month = { from: new Date('2026-02-01T00:00:00Z'), to: new Date('2026-03-01T00:00:00Z') };
const reported = '019c4544-a800-7000-8000-00000003c0de';

describe.each(['custom', 'generic'] as const)('with a %s plan', (mode) => {
  it.each<[string, (within: Db) => Promise<unknown>, string[]]>([
    [
      'orders of a sales order',
      (it) => pageOfOrders(it, first, { salesOrderId: 'SO-77' }, now),
      ['work_orders_tenant_id_sales_order_id_idx'],
    ],
    [
      'the latest orders of a product',
      (it) => pageOfOrders(it, first, { productId: 'P-7' }, now),
      ['work_orders_tenant_id_product_id_created_at_idx'],
    ],
  ])('%s are found by their index', async (_case, ask, indexes) => {
    expect(await planOfStore(ask, /work_orders/, mode)).toEqual({ indexes, readWhole: [], partitions: 0 });
  });

  it('the orders of a plant by status and due date are found by their index', async () => {
    const text = `SELECT id FROM work_orders WHERE factory_id = $1 AND status = $2 AND due_date < $3::date
                   ORDER BY due_date LIMIT 50`;
    expect(await planOf(text, [factoryId, 'RELEASED', '2025-07-01'], mode)).toEqual({
      indexes: ['work_orders_tenant_id_factory_id_status_due_date_idx'],
      readWhole: [],
      partitions: 0,
    });
  });

  it('the dispatch list of a station is found by its open operations', async () => {
    const place = { stationId, factoryId, equipmentClass: null };
    const plan = await planOfStore(
      (it) => pageOfDispatchList(it, place, { first: 50, after: null }),
      /work_order_operations/,
      mode,
    );
    expect(plan).toMatchObject({ readWhole: [], partitions: 0 });
    expect(plan.indexes).toContain('work_order_operations_dispatch');
  });

  it('the load of a station is found by planned start', async () => {
    const plan = await planOfStore((it) => findOpenOperations(it, stationId, month), /work_order_operations/, mode);
    expect(plan.readWhole).toEqual([]);
    expect(plan.indexes.filter((name) => name.startsWith('work_order_operations_'))).not.toEqual([]);
  });

  it.each<[string, (within: Db) => Promise<unknown>, number, string]>([
    ['a board of a shift', (it) => sumLines(it, board), 1, 'production_reports_station_id_shift_date_shift_idx'],
    ['its hours', (it) => sumHours(it, board, ran), 1, 'production_reports_station_id_shift_date_shift_idx'],
    ['its scrap', (it) => sumScrap(it, board), 1, 'production_reports_station_id_shift_date_shift_idx'],
    ['a report by its id', (it) => findReports(it, [reported]), 1, 'production_reports_pkey'],
    ['the corrections of a report', (it) => findCorrections(it, [reported]), 1, 'production_reports_correction_of_idx'],
  ])('%s: one partition, by its index', async (_case, ask, partitions, index) => {
    expect(await planOfStore(ask, /production_reports/, mode)).toEqual({ indexes: [index], readWhole: [], partitions });
  });

  it('the latest reports of an order are found by its index in each month, and those before a cursor in the months until then', async () => {
    const index = 'production_reports_work_order_id_report_time_id_idx';
    const latest = await planOfStore((it) => pagesOfReports(it, [orderId], first), /production_reports/, mode);
    expect(latest).toMatchObject({ indexes: [index], readWhole: [] });

    // Of the months from March 2025 on, those until the cursor's.
    const earlier = { first: 50, before: { at: new Date('2025-06-10T00:00:00Z'), id: reported } };
    const next = await planOfStore((it) => pagesOfReports(it, [orderId], earlier), /production_reports/, mode);
    expect(next).toEqual({ indexes: [index], readWhole: [], partitions: 4 });
  });

  it.each<[string, string, unknown[], string]>([
    [
      'an order',
      'work_order_id = $1::uuid AND report_time >= $2::timestamptz AND report_time < $3::timestamptz',
      [orderId],
      'production_reports_work_order_id_report_time_id_idx',
    ],
    [
      'an operator',
      `operator_id = $1 AND created_at >= $2::timestamptz AND created_at < $2::timestamptz + interval '1 day'
       AND report_time >= $2::timestamptz AND report_time < $3::timestamptz`,
      ['emp-7'],
      'production_reports_tenant_id_operator_id_created_at_idx',
    ],
    [
      'a plant',
      `factory_id = $1 AND created_at >= $2::timestamptz AND created_at < $2::timestamptz + interval '1 hour'
       AND report_time >= $2::timestamptz AND report_time < $3::timestamptz`,
      [factoryId],
      'production_reports_tenant_id_factory_id_created_at_idx',
    ],
  ])(
    'the reports of %s within a month look into its partition, by their index',
    async (_case, where, values, index) => {
      const text = `SELECT id FROM production_reports WHERE ${where}`;
      const given = [...values, month.from.toISOString(), month.to.toISOString()];
      expect(await planOf(text, given, mode)).toEqual({ indexes: [index], readWhole: [], partitions: 1 });
    },
  );
});

it('there are a million reports over twelve months', async () => {
  const [row] = await mes.rows<{ reports: string; months: string }>(
    `SELECT count(*) AS reports, count(DISTINCT tableoid) AS months FROM mes.production_reports`,
  );
  expect(row).toEqual({ reports: String(REPORTS), months: String(MONTHS + 1) });
});
