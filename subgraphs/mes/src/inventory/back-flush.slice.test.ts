import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, dataOf, erp, fieldOf, REPORT, setUpPlant, type OrderAnswer, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import {
  DEFINE_LOCATION,
  defineMaterial,
  differences,
  inventory,
  move,
  setUpStores,
  type Stores,
} from './stock-for-tests.ts';

const factoryId = 'factory-sh-01';

let mes: TestSubgraph;
let plant: Plant;
let at: Stores;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  plant = await setUpPlant(mes, { policies: { predecessor: 'ALLOW', materialShortage: 'ALLOW' } });
  at = await setUpStores(mes, plant);
});
afterAll(() => mes.stop());

/** An order that runs, whose first operation uses so much of each material for a piece. */
async function anOrderOf(materials: Record<string, [quantity: string, unit: string]>): Promise<OrderAnswer> {
  const order = await anOrder(mes, plant, { quantity: '1000' });
  for (const [materialId, [quantity, unit]] of Object.entries(materials)) {
    await mes.rows(
      `INSERT INTO mes.work_order_materials
         (work_order_id, operation_id, material_id, tenant_id, factory_id, quantity_per_piece, unit)
       VALUES ($1, $2, $3, 'tenant-001', $4, $5, $6)`,
      [order.id, order.operations[0]!.id, materialId, factoryId, quantity, unit],
    );
  }
  return order;
}

let reports = 0;
const report = (order: OrderAnswer, goodQuantity: string, more: Record<string, unknown> = {}) => {
  reports += 1;
  const input = { requestId: `r-${reports}`, operationId: order.operations[0]!.id, goodQuantity, ...more };
  return fieldOf(mes, REPORT, { input });
};

/** As report_production calls it, for pieces that a correction takes back. */
async function backflush(order: OrderAnswer, pieces: number): Promise<string[]> {
  const client = new pg.Client({ connectionString: mes.appUrl });
  await client.connect();
  await client.query(
    `SELECT set_config('app.tenant_id', 'tenant-001', false), set_config('app.factory_ids', '*', false)`,
  );
  const rows = [
    {
      report_id: '01990000-0000-7000-8000-000000000001',
      work_order_id: order.id,
      operation_id: order.operations[0]!.id,
      pieces,
      at: new Date(),
      by: 'emp-101',
    },
  ];
  const answer = await client.query(`SELECT mes.backflush_reports($1) AS moved`, [JSON.stringify(rows)]);
  await client.end();
  return answer.rows[0].moved as string[];
}

const lotAt = async (materialId: string, lotNumber: string, quantity: string, more: Record<string, unknown> = {}) => {
  const input = { locationId: at.line, materialId, quantity, lotNumber, ...more };
  return (await move(mes, 'receiveStock', input)).movements[0]!.lot!.id;
};
const ledgerOf = (materialId: string) =>
  mes.rows<{ kind: string; quantity: string; number: string | null }>(
    `SELECT m.kind, trim_scale(m.quantity)::text AS quantity, l.number
       FROM mes.stock_movements m LEFT JOIN mes.lots l ON l.id = m.lot_id
      WHERE m.material_id = $1 AND m.report_id IS NOT NULL ORDER BY m.created_at, m.quantity, l.number`,
    [materialId],
  );

describe('back-flush', () => {
  it('takes what good and scrapped pieces used from the line side', async () => {
    const order = await anOrderOf({ SCREW: ['4', 'pcs'], OIL: ['50', 'ml'] });
    await defineMaterial(mes, { factoryId, materialId: 'OIL', unit: 'l' });
    await move(mes, 'receiveStock', { locationId: at.line, materialId: 'SCREW', quantity: '100' });
    expect(await report(order, '9', { scrapQuantity: '1', scrapReason: 'Burr' })).toMatchObject({ replayed: false });
    expect(await inventory(mes, 'SCREW')).toMatchObject({ onHand: '60' });
    expect(await inventory(mes, 'OIL')).toMatchObject({ onHand: '-0.5', available: '-0.5' });
    const query = `query($id: ID!) { stockShortfalls(factoryId: $id) { edges { node { onHand material { id } location { code } } } } }`;
    expect(await fieldOf(mes, query, { id: factoryId })).toMatchObject({
      edges: [{ node: { onHand: '-0.5', material: { id: 'OIL' }, location: { code: 'LINE' } } }],
    });
    const ledger = `query($id: ID!) { stockMovements(filter: { workOrderId: $id, materialId: "SCREW" }) { edges { node { kind quantity report { goodQuantity } workOrder { id } } } } }`;
    expect(await fieldOf(mes, ledger, { id: order.id })).toEqual({
      edges: [
        { node: { kind: 'CONSUME', quantity: '-40', report: { goodQuantity: '9' }, workOrder: { id: order.id } } },
      ],
    });
  });

  it('leaves alone what is issued by hand or counted in a unit that says nothing', async () => {
    const order = await anOrderOf({ MANUAL: ['1', 'pcs'], CLOTH: ['2', 'm'] });
    await defineMaterial(mes, { factoryId, materialId: 'MANUAL', unit: 'pcs', issueMethod: 'MANUAL' });
    await defineMaterial(mes, { factoryId, materialId: 'CLOTH', unit: 'kg' });
    await report(order, '5');
    expect(await ledgerOf('MANUAL')).toEqual([]);
    expect(await ledgerOf('CLOTH')).toEqual([]);
  });

  it('takes usable lots first expired first out, and the rest without a lot', async () => {
    const order = await anOrderOf({ GLUE: ['1', 'kg'] });
    await defineMaterial(mes, { factoryId, materialId: 'GLUE', unit: 'kg', tracking: 'LOT' });
    await lotAt('GLUE', 'later', '10', { expiresOn: '2099-12-31' });
    await lotAt('GLUE', 'sooner', '10', { expiresOn: '2098-12-31' });
    await lotAt('GLUE', 'expired', '10', { expiresOn: '2020-12-31' });
    await lotAt('GLUE', 'waiting', '10', { expiresOn: '2097-12-31', quarantine: true });
    await report(order, '25');
    expect(await ledgerOf('GLUE')).toEqual([
      { kind: 'CONSUME', quantity: '-10', number: 'later' },
      { kind: 'CONSUME', quantity: '-10', number: 'sooner' },
      { kind: 'CONSUME', quantity: '-5', number: null },
    ]);
    expect(await inventory(mes, 'GLUE')).toMatchObject({ onHand: '15', available: '-5', quarantined: '10' });
  });

  it('gives back to the same lots what corrections take back, and never more than was used', async () => {
    const order = await anOrderOf({ FOIL: ['2', 'm'] });
    const first = await lotAt('FOIL', 'F-1', '10');
    const second = await lotAt('FOIL', 'F-2', '10');
    await report(order, '4');
    await report(order, '3');
    expect(await backflush(order, -2)).toEqual(['FOIL']);
    const onHand = async (lotId: string) => {
      const [row] = await mes.rows<{ on_hand: string }>(
        `SELECT trim_scale(on_hand)::text AS on_hand FROM mes.stock_balances WHERE lot_id = $1`,
        [lotId],
      );
      return row!.on_hand;
    };
    // 14 were used, 10 of the first lot and then 4 of the second: those come back first.
    expect([await onHand(first), await onHand(second)]).toEqual(['0', '10']);
    await backflush(order, -100);
    expect([await onHand(first), await onHand(second)]).toEqual(['10', '10']);
    expect(await differences(mes, factoryId)).toEqual([]);
  });

  it('uses what is kept for the order, wherever that lies', async () => {
    const order = await anOrderOf({ CABLE: ['1', 'm'] });
    await move(mes, 'receiveStock', { locationId: at.store, materialId: 'CABLE', quantity: '50' });
    await move(mes, 'issueMaterial', {
      workOrderId: order.id,
      fromLocationId: at.store,
      materialId: 'CABLE',
      quantity: '10',
    });
    await fieldOf(mes, `mutation($input: ReserveMaterialsInput!) { reserveMaterials(input: $input) { __typename } }`, {
      input: { requestId: 'cable', workOrderId: order.id, lines: [{ materialId: 'CABLE', quantity: '5' }] },
    });
    expect(await inventory(mes, 'CABLE')).toMatchObject({ onHand: '50', reserved: '15' });
    await report(order, '12');
    expect(await inventory(mes, 'CABLE')).toMatchObject({ onHand: '38', reserved: '3' });
    expect(await differences(mes, factoryId)).toEqual([]);
  });

  it('links the lots that were used to the lot that is made', async () => {
    const order = await anOrderOf({ STEEL: ['1', 'kg'] });
    const output = await lotAt('PROD-A001', 'OUT-1', '1');
    await mes.rows(`UPDATE mes.work_orders SET output_lot_id = $1 WHERE id = $2`, [output, order.id]);
    const used = await lotAt('STEEL', 'HEAT-7', '100');
    await report(order, '1');
    await report(order, '1');
    expect(await mes.rows(`SELECT input_lot_id, output_lot_id FROM mes.lot_edges`)).toEqual([
      { input_lot_id: used, output_lot_id: output },
    ]);
  });

  it('prefers the place beside the line of the operation', async () => {
    const input = {
      warehouseId: at.warehouseId,
      code: 'L1-SIDE',
      name: 'Line 1',
      purpose: 'PRODUCTION',
      lineCode: 'L1',
    };
    await fieldOf(mes, DEFINE_LOCATION, { input: { requestId: 'l1-side', ...input } });
    const order = await anOrderOf({ RIVET: ['1', 'pcs'] });
    await report(order, '5');
    const query = `{ inventory(materialId: "RIVET") { byLocation { location { code } onHand } } }`;
    expect(await dataOf(mes, query)).toEqual({
      inventory: { byLocation: [{ location: { code: 'L1-SIDE' }, onHand: '-5' }] },
    });
  });

  it('happens nowhere without a line side', async () => {
    const other = await setUpPlant(mes, { factoryId: 'factory-bj-01', policies: { materialShortage: 'ALLOW' } });
    const order = await anOrder(mes, other);
    await mes.rows(
      `INSERT INTO mes.work_order_materials VALUES ($1, $2, 'NUT', 'tenant-001', 'factory-bj-01', 1, 'pcs')`,
      [order.id, order.operations[0]!.id],
    );
    await report(order, '5');
    expect(await inventory(mes, 'NUT')).toMatchObject({ onHand: '0' });
  });
});
