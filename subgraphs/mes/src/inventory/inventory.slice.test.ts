import { inChinese, operator, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataOf, erp, fieldOf, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import {
  DEFINE_LOCATION,
  defineMaterial,
  differences,
  inventory,
  move,
  setUpStores,
  type Moved,
  type Refused,
  type Stores,
} from './stock-for-tests.ts';

const factoryId = 'factory-sh-01';

let mes: TestSubgraph;
let plant: Plant;
let at: Stores;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  plant = await setUpPlant(mes);
  at = await setUpStores(mes, plant);
});
afterAll(() => mes.stop());

let materials = 0;
/** A material of its own for each test, with so much of it on the shelf. */
async function aMaterial(quantity = '10'): Promise<string> {
  materials += 1;
  const materialId = `MAT-${materials}`;
  await move(mes, 'receiveStock', { locationId: at.store, materialId, quantity, reference: 'DN-1' });
  return materialId;
}
describe('places and materials', () => {
  it('are shown with their warehouse and line', async () => {
    const input = { warehouseId: at.warehouseId, code: 'L1-SIDE', name: 'Beside line 1', purpose: 'STORAGE' };
    const define = (more: Record<string, unknown>) =>
      fieldOf(mes, DEFINE_LOCATION, { input: { requestId: 'side-1', ...input, ...more } });
    expect(await define({ lineCode: 'L1' })).toMatchObject({ replayed: false, location: { line: { code: 'L1' } } });
    expect(await define({ lineCode: 'L1' })).toMatchObject({ replayed: true });
    expect(await define({ lineCode: 'L1', name: 'Other' })).toMatchObject({ code: 'REQUEST_ID_REUSED' });
    expect(await define({ requestId: 'side-2', lineCode: 'L9' })).toMatchObject({ code: 'LINE_NOT_FOUND' });
    expect(await define({ requestId: 'side-2', code: ' ' })).toMatchObject({ code: 'BAD_NAME' });
    const query = `query($id: ID!) { warehouses(factoryId: $id) { code factory { id } locations { code purpose } } }`;
    expect(await fieldOf(mes, query, { id: factoryId })).toEqual([
      {
        code: 'W1',
        factory: { id: factoryId },
        locations: [
          { code: 'A-01', purpose: 'STORAGE' },
          { code: 'CAGE', purpose: 'QUARANTINE' },
          { code: 'DOCK', purpose: 'SHIPPING' },
          { code: 'L1-SIDE', purpose: 'STORAGE' },
          { code: 'LINE', purpose: 'PRODUCTION' },
        ],
      },
    ]);
  });

  it('keep their unit and tracking while there is stock', async () => {
    const materialId = await aMaterial();
    await defineMaterial(mes, { factoryId, materialId, unit: 'kg' });
    const changed = await defineMaterial<Refused>(mes, { factoryId, materialId, unit: 'g' });
    expect(changed).toMatchObject({ code: 'IN_USE' });
    const purpose = { requestId: 'purpose', warehouseId: at.warehouseId, code: 'A-01', name: 'A', purpose: 'SCRAP' };
    expect(await fieldOf(mes, DEFINE_LOCATION, { input: purpose })).toMatchObject({ code: 'IN_USE' });
    const bad = await defineMaterial<Refused>(mes, { factoryId, materialId, unit: 'kg', gtin: '123' });
    expect(bad).toMatchObject({ code: 'BAD_GTIN' });
    const gtin = await defineMaterial(mes, { factoryId, materialId, unit: 'kg', gtin: '4006381333931' });
    expect(gtin).toMatchObject({ settings: { gtin: '04006381333931', tracking: 'NONE', issueMethod: 'BACKFLUSH' } });
  });
});

describe('moving stock', () => {
  it('writes one row for a receipt and two for a transfer, and tells of it', async () => {
    const materialId = await aMaterial();
    const moved = await move(mes, 'transferStock', {
      fromLocationId: at.store,
      toLocationId: at.dock,
      materialId,
      quantity: '4',
    });
    expect(moved.movements).toMatchObject([
      { kind: 'TRANSFER', quantity: '-4', location: { code: 'A-01' }, movedBy: 'emp-001' },
      { kind: 'TRANSFER', quantity: '4', location: { code: 'DOCK' } },
    ]);
    expect(new Set(moved.movements.map(({ movementId }) => movementId)).size).toBe(1);
    expect(await inventory(mes, materialId)).toEqual({
      onHand: '10',
      reserved: '0',
      available: '6',
      quarantined: '0',
      unit: null,
      source: 'FRESH',
      byLocation: [
        {
          warehouse: { code: 'W1' },
          location: { code: 'A-01' },
          onHand: '6',
          reserved: '0',
          available: '6',
          quarantined: '0',
        },
        {
          warehouse: { code: 'W1' },
          location: { code: 'DOCK' },
          onHand: '4',
          reserved: '0',
          available: '0',
          quarantined: '0',
        },
      ],
    });
    const events = await mes.rows<{ data: { rows: object[] } }>(
      `SELECT envelope->'data' AS data FROM mes.outbox WHERE routing_key = 'mes.stock.moved.v1' AND aggregate_id = $1 ORDER BY id`,
      [materialId],
    );
    expect(events.map(({ data }) => data.rows.length)).toEqual([1, 2]);
    const ledger = `query($materialId: ID!) { stockMovements(filter: { materialId: $materialId }) { edges { node { kind quantity } } } }`;
    const { edges } = await fieldOf<{ edges: { node: object }[] }>(mes, ledger, { materialId });
    expect(edges.map(({ node }) => node)).toContainEqual({ kind: 'RECEIVE', quantity: '10' });
    const trail = await mes.rows(`SELECT command FROM mes.audit_entries WHERE after->>'materialId' = $1 ORDER BY id`, [
      materialId,
    ]);
    expect(trail).toEqual([{ command: 'receiveStock' }, { command: 'transferStock' }]);
  });

  it('happens once, however often it is sent', async () => {
    const materialId = await aMaterial();
    const input = { requestId: 'ship-once', locationId: at.store, materialId, quantity: '3', reference: 'SO-1' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => move(mes, 'shipStock', input)));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ movements }) => movements[0]!.id)).size).toBe(1);
    expect(await inventory(mes, materialId)).toMatchObject({ onHand: '7' });
    const other = await move<Refused>(mes, 'shipStock', { ...input, quantity: '4' });
    expect(other).toMatchObject({ code: 'REQUEST_ID_REUSED' });
  });

  it('is refused beyond what there is, in both languages, and leaves no trace', async () => {
    const materialId = await aMaterial('2.5');
    const input = { requestId: 'too-much', locationId: at.store, materialId, quantity: '3', reference: 'SO-2' };
    expect(await move(mes, 'shipStock', input)).toEqual({
      code: 'INSUFFICIENT_STOCK',
      message: '3 were to be taken, 2.5 are there to take.',
      limit: '2.5',
      actual: '3',
    });
    const chinese = await move<Refused>(mes, 'shipStock', input, inChinese(productionManager));
    expect(chinese.message).toBe('需取 3，可取数量为 2.5。');
    await move(mes, 'receiveStock', { locationId: at.store, materialId, quantity: '1' });
    expect(await move(mes, 'shipStock', input)).toMatchObject({ replayed: false });
  });

  it('takes what is found by counting, and needs a reason for it', async () => {
    const materialId = await aMaterial();
    const count = (countedQuantity: string, reason = 'Annual count') =>
      move<Moved & Refused>(mes, 'adjustStock', { locationId: at.store, materialId, countedQuantity, reason });
    expect((await count('7.5')).movements).toMatchObject([
      { kind: 'ADJUST', quantity: '-2.5', reason: 'Annual count' },
    ]);
    expect((await count('7.5')).movements).toEqual([]);
    expect(await count('8', ' ')).toMatchObject({ code: 'REASON_REQUIRED' });
    expect(await count('-1')).toMatchObject({ code: 'BAD_QUANTITY' });
    await Promise.all(Array.from({ length: 5 }, () => count('20')));
    expect(await inventory(mes, materialId)).toMatchObject({ onHand: '20' });
  });

  it('scraps and reclassifies with a reason', async () => {
    const materialId = await aMaterial();
    await move(mes, 'scrapStock', { locationId: at.store, materialId, quantity: '1', reason: 'Dropped' });
    const toMaterialId = `${materialId}-B`;
    const becomes = {
      locationId: at.store,
      materialId,
      quantity: '4',
      toMaterialId,
      toQuantity: '2',
      reason: 'Seconds',
    };
    expect((await move(mes, 'reclassifyStock', becomes)).movements).toMatchObject([
      { quantity: '-4', material: { id: materialId } },
      { quantity: '2', material: { id: toMaterialId } },
    ]);
    expect(await inventory(mes, materialId)).toMatchObject({ onHand: '5' });
    expect(await inventory(mes, toMaterialId)).toMatchObject({ onHand: '2' });
    const nothing = { locationId: at.store, materialId, quantity: '1', reason: 'Same' };
    expect(await move(mes, 'reclassifyStock', nothing)).toMatchObject({ code: 'NOTHING_MOVES' });
  });

  it.each([
    ['from a place that does not exist', { fromLocationId: 'nowhere' }, 'LOCATION_NOT_FOUND'],
    ['to where it is', { toLocationId: 'same' }, 'NOTHING_MOVES'],
    ['without a quantity', { quantity: '0' }, 'BAD_QUANTITY'],
    ['of a material that no database holds', { materialId: 'M\u0000' }, 'BAD_NAME'],
    ['of a lot that does not exist', { lotId: 'L-1' }, 'LOT_NOT_FOUND'],
    ['without a request id', { requestId: '' }, 'BAD_REQUEST_ID'],
  ])('is refused %s', async (_case, change, code) => {
    const input = { fromLocationId: at.store, toLocationId: at.line, materialId: 'MAT-1', quantity: '1', ...change };
    if (input.toLocationId === 'same') input.toLocationId = at.store;
    expect(await move(mes, 'transferStock', input)).toMatchObject({ code });
  });

  it('does not exist for people of other plants and tenants', async () => {
    const input = { locationId: at.store, materialId: 'MAT-1', quantity: '1' };
    const elsewhere = { ...productionManager, factoryIds: ['factory-bj-01'] };
    for (const claims of [otherTenant, elsewhere]) {
      expect(await move(mes, 'receiveStock', input, claims)).toMatchObject({ code: 'LOCATION_NOT_FOUND' });
      expect(await inventory(mes, 'MAT-1', factoryId, claims)).toBeNull();
    }
    expect(await inventory(mes, 'MAT-1', null, operator)).toMatchObject({ onHand: '10' });
  });
});

describe('the books', () => {
  it('are the sums of their movements, and a verifier says where they are not', async () => {
    expect(await differences(mes, factoryId)).toEqual([]);
    const materialId = await aMaterial();
    await mes.rows(`UPDATE mes.stock_balances SET on_hand = 11 WHERE material_id = $1`, [materialId]);
    expect(await differences(mes, factoryId)).toMatchObject([
      { balance: { onHand: '11', material: { id: materialId } }, movementsSum: '10', reservationsSum: '0' },
    ]);
    await mes.rows(`UPDATE mes.stock_balances SET on_hand = 10 WHERE material_id = $1`, [materialId]);
  });

  it('cannot be rewritten', async () => {
    const client = new pg.Client({ connectionString: mes.appUrl });
    await client.connect();
    const rewrite = client.query(`UPDATE mes.stock_movements SET quantity = 1`);
    await expect(rewrite.finally(() => client.end())).rejects.toThrow('permission denied');
  });

  it('answer pages of balances and of what is below zero', async () => {
    const materialId = await aMaterial();
    await move(mes, 'receiveStock', { locationId: at.dock, materialId, quantity: '10' });
    const query = `query($id: ID!) {
      inventory(materialId: "${materialId}", factoryId: $id) { balances(first: 1) { edges { node { onHand lot { number } location { code } } } pageInfo { hasNextPage } } }
      stockShortfalls(factoryId: $id) { edges { node { id } } } }`;
    expect(await dataOf(mes, query, { id: factoryId })).toMatchObject({
      inventory: { balances: { edges: [{ node: { onHand: '10' } }], pageInfo: { hasNextPage: true } } },
      stockShortfalls: { edges: [] },
    });
  });
});
