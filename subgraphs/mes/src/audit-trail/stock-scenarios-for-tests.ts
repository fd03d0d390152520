import { anOrder } from '../plant-for-tests.ts';
import type { Scenario } from './scenarios-for-tests.ts';

const materialId = 'STEEL';

const stock: Scenario = async ({ mes, plant, claims, say, ids }) => {
  const { factoryId } = plant;
  let requests = 0;
  const once = (mutation: string, input: object) =>
    say(mutation, { requestId: `s-${++requests}`, ...(input as Record<string, unknown>) });
  for (const name of ['Store', 'Main store']) await once('defineWarehouse', { factoryId, code: 'W1', name });
  const [warehouseId] = await ids(`SELECT id FROM mes.warehouses WHERE code = 'W1'`);
  const place = async (code: string, purpose: string) => {
    for (const name of [code, `Place ${code}`]) {
      await once('defineStockLocation', { warehouseId, code, name, purpose });
    }
    const [id] = await ids(`SELECT id FROM mes.stock_locations WHERE code = '${code}'`);
    return id!;
  };
  const [store, line] = [await place('A-01', 'STORAGE'), await place('LINE', 'PRODUCTION')];
  for (const shelfLifeDays of [30, 60]) {
    await once('defineMaterialStock', { factoryId, materialId, unit: 'pcs', shelfLifeDays });
  }

  const { id: workOrderId } = await anOrder(mes, plant, { claims });
  const some = { materialId, quantity: '1' };
  await once('receiveStock', { locationId: store, materialId, quantity: '100' });
  await once('reserveMaterials', { workOrderId, lines: [{ materialId, quantity: '2' }] });
  await once('releaseReservation', { workOrderId, materialId });
  await once('issueMaterial', { workOrderId, fromLocationId: store, toLocationId: line, ...some, quantity: '5' });
  await once('consumeMaterial', { workOrderId, locationId: line, ...some });
  await once('returnMaterial', { workOrderId, fromLocationId: line, toLocationId: store, ...some });
  await once('transferStock', { fromLocationId: store, toLocationId: line, ...some });
  await once('scrapStock', { locationId: store, ...some, reason: 'rust' });
  await once('adjustStock', { locationId: store, materialId, countedQuantity: '90', reason: 'stocktaking' });
  await once('reclassifyStock', { locationId: store, ...some, toMaterialId: 'STEEL-B', reason: 'thinner' });
  await once('shipStock', { locationId: store, ...some, reference: 'D-1' });
};

const lots: Scenario = async ({ plant, say, versionOf }) => {
  const { factoryId } = plant;
  const of = { factoryId, materialId: 'RAW' };
  const id = await say('createLot', { requestId: 'l-1', ...of, number: 'HEAT-1' });
  const version = await versionOf('lots', id);
  await say('setLotStatus', { id, version, status: 'QUARANTINE', reason: 'certificate missing' });
  await say('registerSerials', { requestId: 'l-2', ...of, numbers: ['SN-1', 'SN-2'] });
  const outputs = [{ number: 'HEAT-2', materialId: 'RAW', quantity: '5' }];
  await say('recordLotActivity', { requestId: 'l-3', factoryId, kind: 'RECEIVE', outputs });
};

export const stockScenarios = [stock, lots];
