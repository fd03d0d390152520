import { countQueries } from '@enghub/testkit/count-queries';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { erp, setUpPlant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import { inventory, setUpStores, type Stores } from './stock-for-tests.ts';

const BALANCES = 20_000;

let mes: TestSubgraph;
let at: Stores;
let client: pg.Client;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  at = await setUpStores(mes, await setUpPlant(mes));
  await mes.rows(
    `INSERT INTO mes.stock_balances (id, tenant_id, factory_id, warehouse_id, location_id, material_id, lot_id, on_hand)
     SELECT gen_random_uuid(), 'tenant-001', 'factory-sh-01', $1, $2, 'MAT-' || n % 2000, gen_random_uuid(), 1
       FROM generate_series(1, ${BALANCES}) n`,
    [at.warehouseId, at.store],
  );
  await mes.rows(
    `INSERT INTO mes.lots (id, tenant_id, factory_id, material_id, number, unit, supplier_id, created_by, created_at)
     SELECT lot_id, tenant_id, factory_id, material_id, id::text, 'pcs', 'S-' || left(id::text, 3), 'x', now()
       FROM mes.stock_balances`,
  );
  await mes.rows('VACUUM ANALYZE mes.stock_balances');
  await mes.rows('VACUUM ANALYZE mes.lots');
  client = new pg.Client({ connectionString: mes.appUrl });
  await client.connect();
  await client.query(`SELECT set_config('app.tenant_id', 'tenant-001', false)`);
  await client.query(`SELECT set_config('app.factory_ids', 'factory-sh-01', false)`);
}, 60_000);
afterAll(async () => {
  await client.end();
  await mes.stop();
});

const planOf = async (sql: string): Promise<string> => {
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${sql}`);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
};

describe('with 20,000 balances', () => {
  it.each([
    [
      'the stock of a material is read from the index alone',
      `SELECT sum(on_hand), sum(reserved) FROM mes.stock_balances WHERE material_id = 'MAT-7' AND (on_hand <> 0 OR reserved <> 0)`,
      /Index Only Scan using stock_balances_material_id_warehouse_id_idx/,
    ],
    [
      'the stock of a material in a warehouse too',
      `SELECT location_id, on_hand FROM mes.stock_balances
        WHERE material_id = 'MAT-7' AND warehouse_id = gen_random_uuid() AND (on_hand <> 0 OR reserved <> 0)`,
      /stock_balances_material_id_warehouse_id_idx/,
    ],
    [
      'a place is found by warehouse, material and location',
      `SELECT on_hand FROM mes.stock_balances WHERE warehouse_id = '$warehouse' AND material_id = 'MAT-7' AND location_id = '$store'`,
      /stock_balances_warehouse_id_material_id_location_id_lot_id_key/,
    ],
    [
      'a lot by its id',
      `SELECT on_hand FROM mes.stock_balances WHERE lot_id = '01990000-0000-7000-8000-000000000001'`,
      /stock_balances_lot_id_idx/,
    ],
    [
      'the lots of a supplier by the supplier',
      `SELECT id FROM mes.lots WHERE tenant_id = 'tenant-001' AND supplier_id = 'S-abc'`,
      /lots_tenant_id_supplier_id_idx/,
    ],
  ])('%s', async (_case, sql, index) => {
    const plan = await planOf(sql.replace('$warehouse', at.warehouseId).replace('$store', at.store));
    expect(plan).toMatch(index);
  });

  it('what there is of a material is looked up by keys, as it is really asked', async () => {
    const { texts } = await countQueries(() => inventory(mes, 'MAT-7'));
    const asked = texts.find((text) => text.includes('stock_balances'))!;
    const keys = JSON.stringify([{ factoryId: 'factory-sh-01', materialId: 'MAT-7' }]);
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${asked}`, [keys, new Date()]);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).not.toMatch(/Seq Scan on (stock_balances|lots)/);
    expect(plan).toMatch(/stock_balances_material_id_warehouse_id_idx/);
  });
});
