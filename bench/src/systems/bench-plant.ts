/** A plant to report in: one station, many orders in progress, of which none is ever finished. */
import { graphAs, tokenFor, type Ask } from '../measure/graph.ts';

export type BenchPlant = Readonly<{ stationId: string; operationIds: readonly string[] }>;

const factoryId = 'factory-sh-01';
const QUANTITY = '10000000000';

export async function makeBenchPlant(url: string, orders: number): Promise<BenchPlant> {
  const administrator = graphAs(url, await tokenFor(url, 'emp-901'));
  await define(administrator, 'Factory', {
    id: factoryId,
    name: 'Bench',
    timeZone: 'Asia/Shanghai',
    overproductionPercent: '0',
  });
  await define(administrator, 'ShiftPattern', {
    factoryId,
    validFrom: '2012-01-01',
    shifts: [
      { name: 'day', startsAt: '06:00', endsAt: '18:00' },
      { name: 'night', startsAt: '18:00', endsAt: '06:00' },
    ],
  });
  const { station } = await define(administrator, 'Station', { factoryId, code: 'saw', name: 'Saw', capacity: 5 });
  await define(administrator, 'Routing', {
    factoryId,
    code: 'sawn',
    productId: 'PROD-A001',
    operations: [{ sequence: 10, name: 'Sawing', stationCode: 'saw', runSecondsPerPiece: '30' }],
  });
  const operationIds: string[] = [];
  for (let order = 1; order <= orders; order++) operationIds.push(await startOrder(administrator, `BENCH-${order}`));
  return { stationId: station!.id, operationIds };
}

type Defined = Readonly<{ __typename: string; station?: { id: string } }>;

async function define(ask: Ask, what: string, input: object): Promise<Defined> {
  const asked = what === 'Station' ? '... on DefineStationPayload { station { id } }' : '';
  const query = `mutation ($input: Define${what}Input!) { define${what}(input: $input) { __typename ${asked} } }`;
  const answer = await ask<Record<string, Defined>>(query, { input });
  const defined = answer[`define${what}`]!;
  if (defined.__typename.endsWith('Refusal')) throw new Error(`${what} was refused`);
  return defined;
}

type Order = { id: string; version: number; operations: { id: string }[] };

async function startOrder(ask: Ask, number: string): Promise<string> {
  const move = async (command: string, input: object): Promise<Order> => {
    const creates = command === 'createWorkOrder';
    const query = `mutation ($input: ${creates ? 'CreateWorkOrderInput' : 'WorkOrderCommandInput'}!) {
      ${command}(input: $input) {
        ... on ${creates ? 'CreateWorkOrderPayload' : 'WorkOrderPayload'} { workOrder { id version operations { id } } }
        ... on WorkOrderRefusal { code message } } }`;
    const answer = await ask<Record<string, { workOrder?: Order }>>(query, { input });
    const { workOrder } = answer[command]!;
    if (!workOrder) throw new Error(`${command}: ${JSON.stringify(answer)}`);
    return workOrder;
  };
  const requestId = `bench-order-${number}`;
  const created = await move('createWorkOrder', {
    requestId,
    factoryId,
    number,
    routingCode: 'sawn',
    quantity: QUANTITY,
  });
  const { id } = created;
  const released = await move('releaseWorkOrder', { id, version: created.version });
  await move('startWorkOrder', { id, version: released.version });
  return created.operations[0]!.id;
}
