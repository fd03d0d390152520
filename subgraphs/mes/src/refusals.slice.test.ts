/** What is refused leaves nothing behind but its answer, and may be sent again. */
import { productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { calling, mutations, takesRequestId, tracesOf } from './audit-trail/mutations-for-tests.ts';
import { anOrder, bomLine, dataOf, erpWith, setUpPlant, type OrderAnswer, type Plant } from './plant-for-tests.ts';
import { definition } from './subgraph.ts';

type Row = Record<string, unknown>;
type Known = Readonly<{ plant: Plant; order: OrderAnswer; operationId: string }>;

const now = new Date('2026-03-10T04:00:00Z');
const NOBODY = '01890000-0000-7000-8000-00000000dead';
const nowhere = { factoryId: 'factory-xx-99' };
const interval = { startedAt: '2026-03-10T02:00:00Z', endedAt: '2026-03-10T01:00:00Z' };
const stock = { materialId: 'STEEL', quantity: '1' };
const reason = 'because';

let mes: TestSubgraph;
let known: Known;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erpWith({ 'PROD-A001': [bomLine('STEEL')] }), now: () => now });
  const plant = await setUpPlant(mes, { policies: { materialShortage: 'ALLOW' } });
  const order = await anOrder(mes, plant);
  known = { plant, order, operationId: order.operations[0]!.id };
});
afterAll(() => mes.stop());

/** For each mutation an input that a plant in good order refuses; request ids are added where they belong. */
const refused: Readonly<Record<string, (known: Known) => Row>> = {
  acceptFinishedGoodsReceipt: () => ({ id: NOBODY, version: 1 }),
  addOperation: ({ order: { id }, operationId }) => ({
    id,
    version: 1,
    afterOperationId: operationId,
    name: 'x',
    reason,
  }),
  adjustStock: () => ({ locationId: NOBODY, materialId: 'STEEL', countedQuantity: '1', reason }),
  approveReport: () => ({ id: NOBODY, version: 1 }),
  archiveRouting: ({ plant: { factoryId } }) => ({ factoryId, code: 'NONE' }),
  assignOperation: ({ operationId }) => ({ operationId, version: 99 }),
  cancelWorkOrder: ({ order: { id } }) => ({ id, version: 99, reason }),
  closeWorkOrder: ({ order: { id, version } }) => ({ id, version }),
  closeWorkOrderWithLoss: ({ order: { id, version } }) => ({ id, version, lossQuantity: '1' }),
  completeWorkOrder: ({ order: { id } }) => ({ id, version: 99 }),
  consumeMaterial: ({ order: { id } }) => ({ workOrderId: id, locationId: NOBODY, ...stock }),
  correctProductionReport: () => ({ reportId: NOBODY, goodQuantity: '1', reason }),
  createBackOrder: ({ order: { id } }) => ({ id, version: 99 }),
  createLot: () => ({ ...nowhere, materialId: 'STEEL', number: 'L' }),
  createReworkOrder: ({ order: { id }, plant: { routingCode } }) => ({ id, quantity: '-1', routingCode, reason }),
  createWorkOrder: ({ plant: { factoryId } }) => ({ factoryId, number: 'X', routingCode: 'NONE', quantity: '1' }),
  declineFinishedGoodsReceipt: () => ({ id: NOBODY, version: 1, reason }),
  declineReport: () => ({ id: NOBODY, version: 1, reason }),
  defineArea: () => ({ ...nowhere, code: 'H1', name: 'Hall' }),
  defineCalendarException: () => ({ ...nowhere, name: 'x', kind: 'HOLIDAY', from: '2026-05-01' }),
  defineCostRates: () => ({ ...nowhere, validFrom: '2026-01-01', currency: 'CNY', source: 'x' }),
  defineFactory: ({ plant: { factoryId } }) => ({ id: factoryId, name: 'x', timeZone: 'Mars/Crater' }),
  defineMaterialStock: () => ({ ...nowhere, materialId: 'STEEL', unit: 'pcs' }),
  definePlantPolicies: () => ({ ...nowhere, stationOverlap: 'ALLOW' }),
  defineProductionLine: () => ({ ...nowhere, code: 'L1', name: 'x' }),
  defineRouting: ({ plant: { factoryId } }) => ({ factoryId, code: 'R', productId: 'P', operations: [] }),
  defineShiftPattern: ({ plant: { factoryId } }) => ({ factoryId, validFrom: '2027-01-01', shifts: [] }),
  defineStation: ({ plant: { factoryId } }) => ({ factoryId, code: 'M9', name: 'x', lineCode: 'NONE' }),
  defineStationCapacity: () => ({ stationId: NOBODY, validFrom: '2026-03-01', jobs: 2 }),
  defineStockLocation: () => ({ warehouseId: NOBODY, code: 'A', name: 'x', purpose: 'STORAGE' }),
  defineWarehouse: () => ({ ...nowhere, code: 'W', name: 'x' }),
  deleteWorkOrder: ({ order: { id, version } }) => ({ id, version }),
  discardDeadLetter: () => ({ service: 'QMS', deadLetterId: NOBODY, reason: ' ' }),
  editWorkOrder: ({ order: { id, version } }) => ({ id, version, quantity: '-1' }),
  finishOperation: ({ operationId }) => ({ operationId, version: 99 }),
  grantQualification: () => ({ ...nowhere, operatorId: 'ID1', skill: 'welding', validFrom: '2026-01-01' }),
  holdWorkOrder: ({ order: { id } }) => ({ id, version: 99, cause: 'OTHER' }),
  issueMaterial: ({ order: { id } }) => ({ workOrderId: id, fromLocationId: NOBODY, ...stock }),
  liftBlocker: () => ({ id: NOBODY, reason }),
  pauseOperation: ({ operationId }) => ({ operationId }),
  placeBlocker: () => ({ ...nowhere, kind: 'OTHER', subjects: [{ kind: 'MATERIAL', id: 'STEEL' }], reason }),
  planWorkOrder: ({ order: { id, version } }) => ({ id, version }),
  rebuildDailyReport: () => ({ ...nowhere, from: '2026-03-10', to: '2026-03-10' }),
  receiveStock: () => ({ locationId: NOBODY, ...stock }),
  reclassifyStock: () => ({ locationId: NOBODY, ...stock, toMaterialId: 'B', reason }),
  recomputeWorkOrderCost: ({ order: { id } }) => ({ workOrderId: id }),
  recordLabour: ({ operationId }) => ({ operationId, ...interval }),
  recordLotActivity: ({ plant: { factoryId } }) => ({ factoryId, kind: 'RECEIVE' }),
  recordTimeEvent: ({ plant: { stationId } }) => ({ kind: 'BREAK', stationId, ...interval }),
  registerSerials: ({ plant: { factoryId } }) => ({ factoryId, materialId: 'STEEL', numbers: [] }),
  reinstateStation: () => ({ id: NOBODY }),
  releaseReservation: () => ({ workOrderId: NOBODY }),
  releaseWorkOrder: ({ order: { id, version } }) => ({ id, version }),
  removeCalendarException: () => ({ id: NOBODY }),
  reopenOperation: ({ operationId }) => ({ operationId, version: 1, reason: ' ' }),
  reopenWorkOrder: ({ order: { id, version } }) => ({ id, version, reason }),
  repeatOperation: ({ order: { id, version } }) => ({ id, version, operationId: NOBODY, reason }),
  replayDeadLetter: () => ({ service: 'QMS', deadLetterId: 'no id' }),
  reportProduction: ({ operationId }) => ({ operationId, goodQuantity: '1000' }),
  reportProductionBatch: () => ({ reports: [] }),
  reserveMaterials: () => ({ workOrderId: NOBODY }),
  resumeOperation: ({ operationId }) => ({ operationId }),
  resumeWorkOrder: ({ order: { id, version } }) => ({ id, version }),
  retireStation: () => ({ id: NOBODY }),
  returnMaterial: ({ order: { id } }) => ({ workOrderId: id, toLocationId: NOBODY, ...stock }),
  revokeQualification: () => ({ id: NOBODY, reason }),
  scrapStock: () => ({ locationId: NOBODY, ...stock, reason }),
  setLotStatus: () => ({ id: NOBODY, version: 1, status: 'BLOCKED', reason }),
  setShiftTarget: ({ plant: { stationId } }) => ({ stationId, shiftDate: '2026-03-10', shift: 'none', quantity: '1' }),
  shipStock: () => ({ locationId: NOBODY, ...stock, reference: 'D-1' }),
  skipOperation: ({ operationId }) => ({ operationId, version: 99, reason }),
  splitWorkOrder: ({ order: { id, version } }) => ({ id, version, quantity: '1000' }),
  startOperation: ({ operationId }) => ({ operationId, stationId: NOBODY }),
  startWorkOrder: ({ order: { id, version } }) => ({ id, version }),
  transferStock: () => ({ fromLocationId: NOBODY, toLocationId: NOBODY, ...stock }),
  voidJob: () => ({ jobId: NOBODY, reason }),
  writeHandOverNote: ({ plant: { stationId } }) => ({ stationId, shiftDate: '2026-03-10', shift: 'none', text: 'x' }),
};

it('is tried with every mutation', () => {
  expect(Object.keys(refused)).toEqual([...mutations.keys()].sort());
});

it.each(Object.entries(refused))('%s leaves neither entry nor event nor request', async (mutation, inputOf) => {
  const requestId = takesRequestId(mutation) ? `refused-${mutation}` : undefined;
  const input = { ...inputOf(known), ...(requestId && { requestId }) };
  const who = { ...productionManager, traceId: `refused-${mutation}` };
  const says = {
    __typename: expect.stringMatching(/Refusal$/) as string,
    message: expect.stringMatching(/./) as string,
  };
  // The second time it is no less refused, and not taken for another request.
  for (let times = 0; times < 2; times++) {
    const { answer } = await dataOf<{ answer: Row }>(mes, calling(mutation), { input }, who);
    expect(answer).toEqual(says);
  }
  expect(await tracesOf(mes, who.traceId, requestId)).toEqual({ entries: 0, events: 0, answers: [] });
});
