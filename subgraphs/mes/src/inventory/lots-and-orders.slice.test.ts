import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, erp, fieldOf, setUpPlant, type OrderAnswer, type Plant, sayTo } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import {
  defineMaterial,
  inventory,
  move,
  RESERVE,
  setUpStores,
  type Moved,
  type Refused,
  type Stores,
} from './stock-for-tests.ts';

const factoryId = 'factory-sh-01';

let mes: TestSubgraph;
let plant: Plant;
let at: Stores;
let order: OrderAnswer;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  plant = await setUpPlant(mes);
  at = await setUpStores(mes, plant);
  order = await anOrder(mes, plant);
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
const lotOf = async (materialId: string, lotNumber: string, more: Record<string, unknown> = {}) => {
  const moved = await move(mes, 'receiveStock', {
    locationId: at.store,
    materialId,
    quantity: '10',
    lotNumber,
    ...more,
  });
  return moved.movements[0]!.lot!.id;
};

describe('lots', () => {
  it('are made known by their receipt, with an expiry from the shelf life', async () => {
    const materialId = 'GLUE';
    await defineMaterial(mes, { factoryId, materialId, unit: 'kg', tracking: 'LOT', shelfLifeDays: 30 });
    const untold = await move<Refused>(mes, 'receiveStock', { locationId: at.store, materialId, quantity: '1' });
    expect(untold).toMatchObject({ code: 'LOT_REQUIRED' });
    const lotId = await lotOf(materialId, 'G-1');
    expect(await lotOf(materialId, 'G-1')).toBe(lotId);
    const [lot] = await mes.rows<{ unit: string; days: number }>(
      `SELECT unit, expires_on - current_date AS days FROM mes.lots WHERE id = $1`,
      [lotId],
    );
    expect(lot!.unit).toBe('kg');
    expect(Math.abs(lot!.days - 30)).toBeLessThanOrEqual(1);
    const out = await move<Refused>(mes, 'shipStock', {
      locationId: at.store,
      materialId,
      quantity: '1',
      reference: 'S',
    });
    expect(out).toMatchObject({ code: 'LOT_REQUIRED' });
  });

  it('in quarantine or expired are neither available nor used', async () => {
    const materialId = 'RESIN';
    const good = await lotOf(materialId, 'R-1');
    const waiting = await lotOf(materialId, 'R-2', { quarantine: true });
    const caged = await lotOf(materialId, 'R-3', { locationId: at.cage });
    const old = await lotOf(materialId, 'R-4', { expiresOn: '2020-01-31' });
    expect(await inventory(mes, materialId)).toMatchObject({ onHand: '40', available: '10', quarantined: '20' });
    const ship = (lotId: string, locationId = at.store) =>
      move(mes, 'shipStock', { locationId, materialId, lotId, quantity: '1', reference: 'S' });
    expect(await ship(good)).toMatchObject({ warnings: [] });
    // More of a lot that waits for a decision makes all of it wait.
    const more = await lotOf(materialId, 'R-1', { quarantine: true });
    expect(more).toBe(good);
    expect(await inventory(mes, materialId)).toMatchObject({ onHand: '49', available: '0', quarantined: '39' });
    expect(await ship(good)).toMatchObject({ code: 'LOT_NOT_AVAILABLE' });
    expect(await ship(waiting)).toMatchObject({ code: 'LOT_NOT_AVAILABLE' });
    expect(await ship(caged, at.cage)).toMatchObject({ code: 'LOT_NOT_AVAILABLE' });
    expect(await ship(old)).toMatchObject({ code: 'LOT_EXPIRED' });
  });

  it('are suggested first expired first out', async () => {
    const materialId = 'PAINT';
    await lotOf(materialId, 'never');
    await lotOf(materialId, 'later', { expiresOn: '2099-12-31' });
    await lotOf(materialId, 'sooner', { expiresOn: '2098-01-01' });
    await lotOf(materialId, 'gone', { expiresOn: '2020-01-01' });
    await lotOf(materialId, 'waits', { expiresOn: '2097-01-01', quarantine: true });
    const query = `query($quantity: Decimal!) { pickSuggestion(factoryId: "${factoryId}", materialId: "${materialId}", quantity: $quantity) {
      short lines { quantity expiresOn location { code } lot { number } } } }`;
    const line = (number: string, quantity: string, expiresOn: string | null) => ({
      quantity,
      expiresOn,
      location: { code: 'A-01' },
      lot: { number },
    });
    expect(await fieldOf(mes, query, { quantity: '15' })).toEqual({
      short: '0',
      lines: [line('sooner', '10', '2098-01-01'), line('later', '5', '2099-12-31')],
    });
    const all = await fieldOf<{ short: string; lines: object[] }>(mes, query, { quantity: '35' });
    expect(all).toMatchObject({ short: '5' });
    expect(all.lines.at(-1)).toEqual(line('never', '10', null));
  });

  it('of one piece are in stock once', async () => {
    const materialId = 'MOTOR';
    await defineMaterial(mes, { factoryId, materialId, unit: 'pcs', tracking: 'SERIAL' });
    const receive = (quantity: string) =>
      move(mes, 'receiveStock', { locationId: at.store, materialId, quantity, lotNumber: 'SN-1' });
    expect(await receive('2')).toMatchObject({ code: 'BAD_QUANTITY' });
    expect(await receive('1')).toMatchObject({ movements: [{ quantity: '1' }] });
    expect(await receive('1')).toMatchObject({ code: 'SERIAL_IN_STOCK' });
  });
});

describe('material for an order', () => {
  const issue = (input: Record<string, unknown>) =>
    move<Moved & Refused>(mes, 'issueMaterial', { workOrderId: order.id, fromLocationId: at.store, ...input });

  it('is issued to the line side, where it stays the order’s until it is consumed or returned', async () => {
    const materialId = await aMaterial();
    await issue({ materialId, quantity: '6' });
    expect(await inventory(mes, materialId)).toMatchObject({ onHand: '10', reserved: '6', available: '4' });
    const other = { fromLocationId: at.line, toLocationId: at.store, materialId, quantity: '1' };
    expect(await move(mes, 'transferStock', other)).toMatchObject({ code: 'INSUFFICIENT_STOCK', limit: '0' });
    const used = { workOrderId: order.id, locationId: at.line, materialId, quantity: '4' };
    await move(mes, 'consumeMaterial', used);
    expect(await inventory(mes, materialId)).toMatchObject({ onHand: '6', reserved: '2', available: '4' });
    const back = { workOrderId: order.id, materialId, toLocationId: at.store };
    await move(mes, 'returnMaterial', { ...back, fromLocationId: at.line, quantity: '2' });
    expect(await inventory(mes, materialId)).toMatchObject({ onHand: '6', reserved: '0', available: '6' });
    expect(await move(mes, 'returnMaterial', { ...back, quantity: '5' })).toMatchObject({
      code: 'MORE_THAN_CONSUMED',
      limit: '4',
      actual: '5',
    });
    await move(mes, 'returnMaterial', { ...back, quantity: '4' });
    expect(await inventory(mes, materialId)).toMatchObject({ onHand: '10', available: '10' });
  });

  it('is anybody’s again when the order completes', async () => {
    const materialId = await aMaterial();
    const ending = await anOrder(mes, plant);
    await issue({ workOrderId: ending.id, materialId, quantity: '6' });
    expect(await inventory(mes, materialId)).toMatchObject({ reserved: '6', available: '4' });
    await sayTo(mes, 'complete', ending);
    expect(await inventory(mes, materialId)).toMatchObject({ onHand: '10', reserved: '0', available: '10' });
  });

  it('needs an order that is open', async () => {
    const planned = await anOrder(mes, plant, { upTo: 'PLANNED' });
    const materialId = await aMaterial();
    const at1 = { materialId, quantity: '1' };
    expect(await issue({ ...at1, workOrderId: planned.id })).toMatchObject({ code: 'ORDER_NOT_OPEN' });
    expect(await issue({ ...at1, workOrderId: 'WO' })).toMatchObject({ code: 'ORDER_NOT_FOUND' });
    const used = { workOrderId: order.id, locationId: at.store, operationId: order.id, ...at1 };
    expect(await move(mes, 'consumeMaterial', used)).toMatchObject({ code: 'OPERATION_NOT_FOUND' });
  });

  it('is reserved first expired first out, and what is short is said', async () => {
    const materialId = 'WIRE';
    await lotOf(materialId, 'B', { expiresOn: '2099-02-01' });
    await lotOf(materialId, 'A', { expiresOn: '2099-01-01' });
    const reserve = (input: Record<string, unknown>) =>
      fieldOf(mes, RESERVE('reserveMaterials'), { input: { workOrderId: order.id, ...input } });
    const input = {
      requestId: 'reserve-wire',
      lines: [
        { materialId, quantity: '12' },
        { materialId, quantity: '13' },
      ],
    };
    const kept = (number: string) => ({
      quantity: '10',
      material: { id: materialId },
      location: { code: 'A-01' },
      lot: { number },
    });
    const answer = await reserve(input);
    expect(answer).toMatchObject({ replayed: false, shortages: [{ material: { id: materialId }, quantity: '5' }] });
    expect((answer as { reservations: object[] }).reservations).toEqual(expect.arrayContaining([kept('A'), kept('B')]));
    expect(await reserve(input)).toMatchObject({ replayed: true });
    expect(await inventory(mes, materialId)).toMatchObject({ onHand: '20', reserved: '20', available: '0' });
    const shown = `query($id: ID!) { workOrder(id: $id) { reservations { quantity } } }`;
    const { reservations } = await fieldOf<{ reservations: object[] }>(mes, shown, { id: order.id });
    expect(reservations.length).toBeGreaterThanOrEqual(2);
    const release = { requestId: 'release-wire', workOrderId: order.id, materialId };
    await fieldOf(mes, RESERVE('releaseReservation'), { input: release });
    expect(await inventory(mes, materialId)).toMatchObject({ reserved: '0', available: '20' });
  });
});

describe('a plant that lets the books go below zero', () => {
  it('warns of what was taken without being there, or says nothing', async () => {
    const policies = { materialShortage: 'ALLOW', negativeStock: 'WARN', expiredLot: 'WARN' };
    const other = await setUpPlant(mes, { factoryId: 'factory-bj-01', policies });
    const there = await setUpStores(mes, other);
    const common = { locationId: there.store, materialId: 'SAND', reference: 'S' };
    expect(await move(mes, 'shipStock', { ...common, quantity: '3' })).toMatchObject({
      warnings: ['INSUFFICIENT_STOCK'],
      movements: [{ quantity: '-3' }],
    });
    const old = { ...common, quantity: '5', lotNumber: 'OLD', expiresOn: '2020-01-01' };
    const lotId = (await move(mes, 'receiveStock', old)).movements[0]!.lot!.id;
    const ship = await move(mes, 'shipStock', { ...common, lotId, quantity: '1' });
    expect(ship).toMatchObject({ warnings: ['LOT_EXPIRED'] });
    expect(await inventory(mes, 'SAND', 'factory-bj-01')).toMatchObject({ onHand: '1', available: '1' });
    expect(await inventory(mes, 'SAND', factoryId)).toMatchObject({ onHand: '0' });
    expect(await inventory(mes, 'SAND')).toMatchObject({ onHand: '1' });
  });
});
