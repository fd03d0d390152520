/** What happened stays written as it was: nobody who asks through the application can rewrite it. */
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anOrder, erp, fieldOf, REPORT, setUpPlant } from './plant-for-tests.ts';
import { definition } from './subgraph.ts';

const now = new Date('2026-03-10T04:00:00Z');
let mes: TestSubgraph;
let app: pg.Client;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  const plant = await setUpPlant(mes);
  const { operations } = await anOrder(mes, plant);
  const input = { requestId: 'for-ever', operationId: operations[0]!.id, goodQuantity: '3' };
  await fieldOf(mes, REPORT, { input });
  const options = '-c search_path=mes -c app.tenant_id=tenant-001 -c app.factory_ids=factory-sh-01';
  app = new pg.Client({ connectionString: mes.appUrl, options });
  await app.connect();
});
afterAll(async () => {
  await app.end();
  await mes.stop();
});

const good = async () =>
  (await app.query<{ good: string }>('SELECT good_quantity::int AS good FROM production_reports')).rows;

it.each([
  ['UPDATE production_reports SET good_quantity = 300'],
  ['DELETE FROM production_reports'],
  ['TRUNCATE production_reports'],
  ['SELECT 1 FROM production_reports FOR UPDATE'],
  ['UPDATE production_reports_p202603 SET good_quantity = 300'],
  ['DELETE FROM production_reports_p202603'],
  ['INSERT INTO production_reports_p202603 SELECT * FROM production_reports'],
])('a report cannot be rewritten: %s', async (statement) => {
  await expect(app.query(statement)).rejects.toMatchObject({ code: '42501' });
  expect(await good()).toEqual([{ good: 3 }]);
});

it.each(['time_events', 'report_conflicts', 'job_voids', 'work_order_operation_changes', 'hand_over_notes'])(
  'rows of %s are only ever added',
  async (table) => {
    const { rows } = await app.query<{ granted: string[] }>(
      `SELECT ARRAY(SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS privilege
               WHERE has_table_privilege($1, privilege)) AS granted`,
      [table],
    );
    expect(rows[0]!.granted).toEqual(['SELECT', 'INSERT']);
  },
);
