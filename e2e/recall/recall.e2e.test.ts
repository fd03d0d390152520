import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeData, startAllInOne, type RunningSystem } from '../support/all-in-one.ts';
import { eventually } from '../support/eventually.ts';
import { dataOf, type Answer } from '../support/graph.ts';
import { reportMutation, smallPlant, type SmallPlant } from '../support/small-plant.ts';

const [operator, manager, inspector] = ['emp-101', 'emp-001', 'emp-201'];
const factoryId = 'factory-sh-01';

const RECALL = `query ($factoryId: ID!, $number: String!) {
  lotByNumber(factoryId: $factoryId, materialId: "MAT-001", number: $number) {
    supplierId supplierLot
    material { name }
    trace(direction: FORWARD) {
      truncated
      lots { depth end lot { number materialId } }
      workOrders {
        number status goodQuantity
        product { name }
        inspections(first: 10) { edges { node { type status } } }
        cost { actual { material } }
      }
      stock { lot { number } location { code } quantity }
      shipments { reference customerId lot { number } quantity }
    }
  }
}`;

type Recall = {
  supplierId: string;
  supplierLot: string;
  material: { name: string };
  trace: {
    truncated: boolean;
    lots: { depth: number; end: boolean; lot: { number: string; materialId: string } }[];
    workOrders: {
      number: string;
      status: string;
      goodQuantity: string;
      product: { name: string };
      inspections: { edges: { node: { type: string; status: string } }[] };
      cost: { actual: { material: string } } | null;
    }[];
    stock: { lot: { number: string }; location: { code: string }; quantity: string }[];
    shipments: { reference: string; customerId: string; lot: { number: string }; quantity: string }[];
  };
};

let system: RunningSystem;
let order: SmallPlant;

beforeAll(async () => {
  system = await startAllInOne();
  // An order that was made before the lot came: no recall of the lot may name it.
  const other = await smallPlant(system.graph, { number: 'before-the-lot', quantity: '10' });
  await report(other, '5');
  await command(manager, 'definePlantPolicies', {
    factoryId,
    lotNumber: { assignedAt: 'RELEASE', pattern: 'FG-{order}' },
  });
  await command(inspector, 'defineInspectionPlan', { factoryId, trigger: 'EVERY_REPORT' });
  await command(manager, 'defineCostRates', {
    requestId: crypto.randomUUID(),
    factoryId,
    validFrom: '2012-01-01',
    currency: 'CNY',
    source: 'Test',
    labourPerHour: '60',
    machinePerHour: '120',
    materials: [
      { materialId: 'MAT-001', unit: 'pcs', cost: '0.5' },
      { materialId: 'MAT-002', unit: 'pcs', cost: '0.1' },
    ],
  });
  const places = await setUpPlaces();
  await receive(places.lineSide, { materialId: 'MAT-001', quantity: '200', lotNumber: 'HEAT-1' });
  await receive(places.lineSide, { materialId: 'MAT-001', quantity: '200', lotNumber: 'HEAT-2' });
  await receive(places.lineSide, { materialId: 'MAT-002', quantity: '100', lotNumber: 'RING-1' });
  order = await smallPlant(system.graph, { number: 'valves', quantity: '10' });
  await report(order, '6');
  await report(order, '4');
  await command(manager, 'completeWorkOrder', { id: order.orderId, version: order.version });
  const lotId = await acceptIntoStock(places.store);
  await command(operator, 'recordLotActivity', {
    requestId: crypto.randomUUID(),
    factoryId,
    kind: 'SHIP',
    inputs: [{ lotId, quantity: '7' }],
    shipment: { reference: 'DN-1', customerId: 'CUST-9' },
  });
});

afterAll(async () => {
  await system?.stop();
  if (system) removeData(system);
});

/** Sends a command that must be accepted; `selection` says what of its payload is wanted. */
async function command<Payload>(user: string, name: string, input: object, selection = '__typename'): Promise<Payload> {
  const type = name === 'completeWorkOrder' ? 'WorkOrderCommand' : `${name[0]!.toUpperCase()}${name.slice(1)}`;
  const query = `mutation ($input: ${type}Input!) { ${name}(input: $input) {
    __typename ... on Refusal { message } ${selection} } }`;
  const answer = dataOf<Record<string, Payload & { __typename: string; message?: string }>>(
    await system.graph.ask(user, query, { input }),
  )[name]!;
  if (answer.__typename.endsWith('Refusal')) throw new Error(`${name} was refused: ${answer.message}`);
  return answer;
}

async function report({ operationId }: SmallPlant, goodQuantity: string): Promise<void> {
  const input = { requestId: crypto.randomUUID(), operationId, goodQuantity };
  const { reportProduction } = dataOf<{ reportProduction: { __typename: string } }>(
    await system.graph.ask(operator, reportMutation, { input }),
  );
  expect(reportProduction.__typename).toBe('ReportProductionPayload');
}

async function setUpPlaces() {
  const { warehouse } = await command<{ warehouse: { id: string } }>(
    manager,
    'defineWarehouse',
    { requestId: crypto.randomUUID(), factoryId, code: 'W1', name: 'Main store' },
    '... on DefineWarehousePayload { warehouse { id } }',
  );
  const place = async (code: string, purpose: string) => {
    const input = { requestId: crypto.randomUUID(), warehouseId: warehouse.id, code, name: code, purpose };
    const selection = '... on DefineStockLocationPayload { location { id } }';
    return (await command<{ location: { id: string } }>(manager, 'defineStockLocation', input, selection)).location.id;
  };
  return { lineSide: await place('LINE', 'PRODUCTION'), store: await place('A-01', 'STORAGE') };
}

const receive = (locationId: string, what: { materialId: string; quantity: string; lotNumber: string }) =>
  command(operator, 'receiveStock', {
    requestId: crypto.randomUUID(),
    locationId,
    supplierId: 'SUP-7',
    supplierLot: `of ${what.lotNumber}`,
    ...what,
  });

/** What the completion suggests is taken into stock; answers the lot that the order made. */
async function acceptIntoStock(locationId: string): Promise<string> {
  type Receipt = { id: string; version: number; quantity: string; lot: { id: string } };
  const receipt = await eventually(
    async () => {
      const { workOrder } = dataOf<{ workOrder: { finishedGoodsReceipts: Receipt[] } }>(
        await system.graph.ask(
          operator,
          'query ($id: ID!) { workOrder(id: $id) { finishedGoodsReceipts { id version quantity lot { id } } } }',
          { id: order.orderId },
        ),
      );
      return workOrder.finishedGoodsReceipts[0];
    },
    { within: 30_000 },
  );
  expect(receipt.quantity).toBe('10');
  const { id, version } = receipt;
  await command(operator, 'acceptFinishedGoodsReceipt', { requestId: crypto.randomUUID(), id, version, locationId });
  return receipt.lot.id;
}

/** Inspections are opened a moment after the report. */
function recall(user: string, number: string): Promise<{ answer: Answer; lot: Recall }> {
  return eventually(
    async () => {
      const answer = await system.graph.ask(user, RECALL, { factoryId, number });
      const lot = answer.data?.['lotByNumber'] as unknown as Recall;
      const inspected = lot.trace.workOrders.every(({ inspections }) => inspections.edges.length >= 2);
      return inspected && { answer, lot };
    },
    { within: 30_000 },
  );
}

describe('a recall', () => {
  it('finds in one question what was made of a supplier’s lot, who inspected it, what is left and where the rest went', async () => {
    const { answer, lot } = await recall(manager, 'HEAT-1');
    expect(answer.errors).toBeUndefined();
    expect(lot).toMatchObject({ supplierId: 'SUP-7', supplierLot: 'of HEAT-1', material: { name: 'Valve Seat' } });
    const { trace } = lot;
    expect(trace.truncated).toBe(false);
    expect(trace.lots).toEqual([{ depth: 1, end: true, lot: { number: 'FG-valves', materialId: 'PROD-A001' } }]);
    expect(trace.workOrders).toHaveLength(1);
    expect(trace.workOrders[0]).toMatchObject({
      number: 'valves',
      status: 'COMPLETED',
      goodQuantity: '10',
      product: { name: 'Control Valve A001' },
    });
    const inspections = trace.workOrders[0]!.inspections.edges.map(({ node }) => node);
    expect(inspections.length).toBeGreaterThanOrEqual(2);
    expect(new Set(inspections.map(({ status }) => status))).toEqual(new Set(['OPEN']));
    const stock = trace.stock.map(({ lot: { number }, location, quantity }) => [number, location.code, quantity]);
    expect(stock.sort()).toEqual([
      ['FG-valves', 'A-01', '3'],
      ['HEAT-1', 'LINE', '100'],
    ]);
    expect(trace.shipments).toEqual([
      { reference: 'DN-1', customerId: 'CUST-9', lot: { number: 'FG-valves' }, quantity: '7' },
    ]);
    // 100 valve seats and 50 sealing rings.
    expect(Number(trace.workOrders[0]!.cost!.actual.material)).toBe(55);
  });

  it('finds nothing of a lot that nobody took from', async () => {
    const { lot } = await recall(manager, 'HEAT-2');
    expect(lot.trace).toMatchObject({ lots: [], workOrders: [], shipments: [] });
    expect(lot.trace.stock.map(({ quantity }) => quantity)).toEqual(['200']);
  });

  it('keeps costs from an operator and answers the rest', async () => {
    const { answer, lot } = await recall(operator, 'HEAT-1');
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors![0]).toMatchObject({
      path: ['lotByNumber', 'trace', 'workOrders', 0, 'cost'],
      extensions: { code: 'FORBIDDEN' },
    });
    const [found] = lot.trace.workOrders;
    expect(found).toMatchObject({ number: 'valves', cost: null, product: { name: 'Control Valve A001' } });
    expect(lot.trace.shipments).toHaveLength(1);
  });
});
