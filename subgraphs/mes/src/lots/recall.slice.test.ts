import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, bomLine, erpWith, fieldOf, REPORT, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import { setUpStores, type Stores } from '../inventory/stock-for-tests.ts';
import { factoryId, lotsOf, type Input } from './lots-for-tests.ts';

let mes: TestSubgraph;
let plant: Plant;
let stores: Stores;
beforeAll(async () => {
  mes = await testSubgraph(definition, {
    graph: erpWith({ 'PROD-A001': [bomLine('STEEL', '2')] }),
    now: () => new Date('2026-11-22T20:30:00Z'),
  });
  const lotNumber = { assignedAt: 'RELEASE', pattern: 'L{yyyy}{MM}{dd}-{shift?}-{seq:3}' };
  plant = await setUpPlant(mes, { policies: { lotNumber } });
  stores = await setUpStores(mes, plant);
  const input = {
    requestId: 'steel',
    factoryId,
    materialId: 'STEEL',
    unit: 'pcs',
    tracking: 'LOT',
    gtin: '5412345000013',
    shelfLifeDays: 30,
  };
  const define = `mutation($input: DefineMaterialStockInput!) { defineMaterialStock(input: $input) { __typename } }`;
  expect(await fieldOf(mes, define, { input })).toEqual({ __typename: 'DefineMaterialStockPayload' });
});
afterAll(() => mes.stop());
const { lotOf, record } = lotsOf(() => mes);

describe('a plant with stock', () => {
  it('puts a receipt into storage, and takes a lot from wherever it is', async () => {
    const outputs = [{ number: 'COIL', materialId: 'STEEL', quantity: '100', unit: 'pcs' }];
    const { activity } = await record('RECEIVE', { outputs });
    expect(activity.outputs).toMatchObject([{ quantity: '100', location: { code: 'A-01' } }]);
    const [coil] = activity.outputs.map(({ lot }) => lot.id);
    const split = await record('SPLIT', {
      inputs: [{ lotId: coil, quantity: '100' }],
      outputs: [
        { number: 'COIL-A', quantity: '60', locationId: stores.line },
        { number: 'COIL-B', quantity: '40' },
      ],
    });
    expect(split.activity.outputs.map((line) => (line as unknown as Input)['location'])).toEqual([
      { code: 'LINE' },
      { code: 'A-01' },
    ]);
    expect(await lotOf('COIL')).toMatchObject({ onHand: '0' });
    expect(await lotOf('COIL-A')).toMatchObject({ onHand: '60', gtin: '05412345000013', expiresOn: '2026-12-23' });
    const balances = await mes.rows(
      `SELECT l.number, trim_scale(b.on_hand)::text AS "onHand" FROM mes.stock_balances b JOIN mes.lots l ON l.id = b.lot_id
        WHERE b.on_hand <> 0 ORDER BY 1`,
    );
    expect(balances).toEqual([
      { number: 'COIL-A', onHand: '60' },
      { number: 'COIL-B', onHand: '40' },
    ]);
  });

  it('takes no more from a place than is there', async () => {
    const { id: lotId } = await lotOf('COIL-B');
    const input = { lotId, quantity: '1', locationId: stores.line };
    expect(await record('SHIP', { inputs: [input] })).toMatchObject({ code: 'INSUFFICIENT_QUANTITY', limit: '0' });
    const nowhere = { ...input, locationId: lotId };
    expect(await record('SHIP', { inputs: [nowhere] })).toMatchObject({ code: 'LOCATION_NOT_FOUND' });
  });
});

describe('a recall', () => {
  it('finds finished lots, open orders, stock and shipments in one query', async () => {
    const order = await anOrder(mes, plant, { number: 'WO-RECALL' });
    const [first, last] = order.operations.map(({ id }) => id);
    for (const [at, operationId] of [first, last].entries()) {
      const answer = await fieldOf(mes, REPORT, {
        input: { requestId: `made-${at}`, operationId, goodQuantity: '10' },
      });
      expect(answer).toMatchObject({ replayed: false });
    }
    const made = await fieldOf<{ outputLot: { id: string; number: string } }>(
      mes,
      `query($id: ID!) { workOrder(id: $id) { outputLot { id number } } }`,
      { id: order.id },
    );
    // Half past four in the morning of Shanghai.
    expect(made.outputLot.number).toBe('L20261123-night-001');
    const output = { lotId: made.outputLot.id, quantity: '10', locationId: stores.dock };
    await record('RECEIVE', { outputs: [output] });
    await record('SHIP', {
      inputs: [{ lotId: output.lotId, quantity: '4' }],
      shipment: { reference: 'DN-77', customerId: 'CUST-7' },
    });

    const { id } = await lotOf('COIL');
    const query = `query($id: ID!) { lot(id: $id) { trace(direction: FORWARD) { truncated
      lots { depth end lot { number } } edges { from { number } to { number } activity { kind } }
      workOrders(open: true) { number status } stock { quantity lot { number } location { code warehouse { code } } }
      shipments { reference customerId quantity lot { number } } } } }`;
    const { trace } = await fieldOf<{ trace: Record<string, unknown> }>(mes, query, { id });
    const number = made.outputLot.number;
    expect(trace['lots']).toEqual(
      expect.arrayContaining([
        { depth: 1, end: false, lot: { number: 'COIL-A' } },
        { depth: 1, end: true, lot: { number: 'COIL-B' } },
        { depth: 2, end: true, lot: { number } },
      ]),
    );
    expect(trace['lots']).toHaveLength(3);
    expect(trace['edges']).toContainEqual({ from: { number: 'COIL-A' }, to: { number }, activity: null });
    expect(trace['workOrders']).toEqual([{ number: 'WO-RECALL', status: 'IN_PROGRESS' }]);
    const at = (code: string) => ({ code, warehouse: { code: 'W1' } });
    expect(trace['stock']).toHaveLength(3);
    expect(trace['stock']).toEqual(
      expect.arrayContaining([
        { quantity: '40', lot: { number: 'COIL-A' }, location: at('LINE') },
        { quantity: '40', lot: { number: 'COIL-B' }, location: at('A-01') },
        { quantity: '6', lot: { number }, location: at('DOCK') },
      ]),
    );
    expect(trace['shipments']).toEqual([{ reference: 'DN-77', customerId: 'CUST-7', quantity: '4', lot: { number } }]);
  });

  it('knows shipments that were booked as stock alone', async () => {
    const { id: lotId } = await lotOf('COIL-B');
    const ship = `mutation($input: ShipStockInput!) { shipStock(input: $input) { ... on InventoryRefusal { code message } } }`;
    const input = {
      requestId: 'ship-stock',
      locationId: stores.store,
      materialId: 'STEEL',
      lotId,
      quantity: '5',
      reference: 'DN-78',
    };
    expect(await fieldOf(mes, ship, { input })).toEqual({});
    const query = `query($id: ID!) { lot(id: $id) { trace(direction: FORWARD) { shipments { reference quantity } } } }`;
    expect(await fieldOf(mes, query, { id: lotId })).toEqual({
      trace: { shipments: [{ reference: 'DN-78', quantity: '5' }] },
    });
  });
});

describe('the numbers of lots', () => {
  it('are all different, however many orders are released at once', async () => {
    const orders = await Promise.all(Array.from({ length: 8 }, () => anOrder(mes, plant, { upTo: 'RELEASED' })));
    const query = `query($id: ID!) { workOrder(id: $id) { outputLot { number workOrder { id } } } }`;
    const numbers = new Set<string>();
    for (const { id } of orders) {
      const { outputLot } = await fieldOf<{ outputLot: { number: string; workOrder: { id: string } } }>(mes, query, {
        id,
      });
      expect(outputLot.workOrder.id).toBe(id);
      numbers.add(outputLot.number);
    }
    expect(numbers.size).toBe(8);
  });

  it('go round one that somebody gave by hand', async () => {
    const [{ last }] = (await mes.rows<{ last: number }>('SELECT last FROM mes.lot_counters')) as [{ last: number }];
    const numberOf = (sequence: number) => `L20261123-night-${String(sequence).padStart(3, '0')}`;
    await record('RECEIVE', { outputs: [{ number: numberOf(last + 1), materialId: 'PROD-A001', quantity: '1' }] });
    const { id } = await anOrder(mes, plant, { upTo: 'RELEASED' });
    const query = `query($id: ID!) { workOrder(id: $id) { outputLot { number } } }`;
    expect(await fieldOf(mes, query, { id })).toEqual({ outputLot: { number: numberOf(last + 2) } });
  });
});
