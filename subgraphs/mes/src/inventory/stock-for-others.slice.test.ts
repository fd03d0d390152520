import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type Db } from '../database.ts';
import { anOrder, erp, fieldOf, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import { availableStock, releaseReservations, tracksStock } from './commands.ts';
import { differences, inventory, move, RESERVE, setUpStores, type Stores } from './stock-for-tests.ts';

const factoryId = 'factory-sh-01';

let mes: TestSubgraph;
let plant: Plant;
let at: Stores;
let db: Db;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  plant = await setUpPlant(mes);
  db = createClient(
    new PrismaPg({
      connectionString: mes.appUrl,
      options: '-c app.tenant_id=tenant-001 -c app.factory_ids=* -c search_path=mes',
    }),
  );
  expect(await tracksStock(db, factoryId)).toBe(false);
  at = await setUpStores(mes, plant);
});
afterAll(async () => {
  await db.$disconnect();
  await mes.stop();
});

describe('what other slices ask', () => {
  it('is whether the plant has a line side', async () => {
    expect(await tracksStock(db, factoryId)).toBe(true);
  });

  it('is what can be used, and what of it is kept for others', async () => {
    const materialId = 'BOLT';
    for (const [locationId, lotNumber, expiresOn] of [
      [at.store, 'B-1', '2099-01-01'],
      [at.line, 'B-2', null],
      [at.store, 'B-3', '2020-01-01'],
      [at.cage, 'B-4', null],
    ]) {
      await move(mes, 'receiveStock', { locationId, materialId, quantity: '10', lotNumber, expiresOn });
    }
    expect(await availableStock(db, factoryId, [materialId, 'UNKNOWN'])).toEqual(new Map([[materialId, '20']]));

    const order = await anOrder(mes, plant);
    const input = { requestId: 'bolts', workOrderId: order.id, lines: [{ materialId, quantity: '15' }] };
    await fieldOf(mes, RESERVE('reserveMaterials'), { input });
    expect(await availableStock(db, factoryId, [materialId])).toEqual(new Map([[materialId, '5']]));
    const own = await availableStock(db, factoryId, [materialId], { at: new Date(), workOrderId: order.id });
    expect(own).toEqual(new Map([[materialId, '20']]));

    expect(await db.$transaction((tx) => releaseReservations(tx as Db, order.id))).toEqual([materialId]);
    expect(await inventory(mes, materialId)).toMatchObject({ reserved: '0', available: '20' });
    expect(await differences(mes, factoryId)).toEqual([]);
  });
});
