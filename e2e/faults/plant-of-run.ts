/** The plant that a run reports in, made through the graph while nothing is broken yet. */
import type { Client } from './client.ts';
import type { PlantOfRun } from './client-log.ts';

export const shift = { factoryId: 'factory-sh-01', date: '2012-02-01', name: 'day' } as const;
/** The shift of all reports, so that its board and its day can be compared with them. */
export const shiftStart = Date.parse('2012-02-01T00:00:00Z');

export const people = {
  operator: 'emp-101',
  manager: 'emp-001',
  quality: 'emp-201',
  administrator: 'emp-901',
} as const;

export type RunPlant = PlantOfRun &
  Readonly<{
    stationIds: readonly string[];
    /** Orders that a few people hold and resume all the time. */
    contended: readonly string[];
  }>;

const PIECES_PER_INSPECTION = 20;
const operations = [
  { sequence: 10, name: 'Sawing', stationCode: 'saw' },
  { sequence: 20, name: 'Packing', stationCode: 'pack' },
];

export async function makeRunPlant(client: Client, orders = 10): Promise<RunPlant> {
  const ask = async <Data extends object>(
    userId: string,
    field: string,
    query: string,
    input: object,
  ): Promise<Data> => {
    const reply = await client.ask<Data & { code?: string }>(userId, field, query, { input });
    if (reply.outcome !== 'ok' || reply.data.code) throw new Error(`${field}: ${JSON.stringify(reply)}`);
    return reply.data;
  };
  const define = async (what: string, input: object, selection = '') => {
    const made = await ask<Record<string, { id: string }> & { __typename: string }>(
      people.administrator,
      `define${what}`,
      `mutation ($input: Define${what}Input!) { define${what}(input: $input) { __typename ${selection} } }`,
      input,
    );
    if (made.__typename.endsWith('Refusal')) throw new Error(`define${what} was refused`);
    return made;
  };

  const { factoryId } = shift;
  await define('Factory', {
    id: factoryId,
    name: 'Faults',
    timeZone: 'Asia/Shanghai',
    overproductionPercent: '0',
  });
  // Neither operation waits for the other, so that every report of a run is one that may be accepted.
  await define('PlantPolicies', { factoryId, predecessor: 'ALLOW' });
  await define('ShiftPattern', {
    factoryId,
    validFrom: '2012-01-01',
    shifts: [
      { name: 'day', startsAt: '06:00', endsAt: '18:00' },
      { name: 'night', startsAt: '18:00', endsAt: '06:00' },
    ],
  });
  const stations = new Map<string, string>();
  for (const { stationCode } of operations) {
    const input = { factoryId, code: stationCode, name: stationCode, capacity: 5 };
    const made = await define('Station', input, '... on DefineStationPayload { station { id } }');
    stations.set(stationCode, made['station']!.id);
  }
  await define('Routing', {
    factoryId,
    code: 'sawn',
    productId: 'PROD-A001',
    operations: operations.map((operation) => ({ ...operation, runSecondsPerPiece: '30' })),
  });
  const planned = (operationName: string, plan: object) =>
    ask(
      people.quality,
      'defineInspectionPlan',
      `mutation ($input: DefineInspectionPlanInput!) { defineInspectionPlan(input: $input) {
         __typename ... on InspectionPlanRefusal { code } } }`,
      { factoryId, operationName, ...plan },
    );
  await planned('Sawing', { trigger: 'EVERY_REPORT' });
  await planned('Packing', { trigger: 'EVERY_N_PIECES', everyPieces: String(PIECES_PER_INSPECTION) });

  const made: PlantOfRun['orders'][number][] = [];
  for (let at = 0; at < orders; at++) {
    // The last one is small: what is reported on it beyond that must be refused.
    const quantity = at === orders - 1 ? 100 : 10_000_000;
    made.push(await startOrder(ask, quantity, stations));
  }
  const packing = made.map((order) => order.operations.find(({ isLast }) => isLast)!.id);
  return {
    orders: made,
    inspectedByPieces: { operationIds: packing, every: PIECES_PER_INSPECTION },
    stationIds: [...stations.values()],
    contended: made.slice(0, 2).map(({ id }) => id),
  };
}

type Ask = <Data extends object>(userId: string, field: string, query: string, input: object) => Promise<Data>;
type Order = Readonly<{ id: string; version: number; operations: { id: string; sequence: number }[] }>;

async function startOrder(
  ask: Ask,
  quantity: number,
  stations: ReadonlyMap<string, string>,
): Promise<PlantOfRun['orders'][number]> {
  const move = async (field: string, input: object): Promise<Order> => {
    const creates = field === 'createWorkOrder';
    const answer = await ask<{ workOrder: Order }>(
      people.manager,
      field,
      `mutation ($input: ${creates ? 'CreateWorkOrderInput' : 'WorkOrderCommandInput'}!) { ${field}(input: $input) {
         ... on ${creates ? 'CreateWorkOrderPayload' : 'WorkOrderPayload'} {
           workOrder { id version operations { id sequence } } }
         ... on WorkOrderRefusal { code message } } }`,
      input,
    );
    return answer.workOrder;
  };
  const created = await move('createWorkOrder', {
    requestId: crypto.randomUUID(),
    factoryId: shift.factoryId,
    number: `run-${crypto.randomUUID()}`,
    routingCode: 'sawn',
    quantity: String(quantity),
  });
  const released = await move('releaseWorkOrder', { id: created.id, version: created.version });
  const started = await move('startWorkOrder', { id: created.id, version: released.version });
  return {
    id: started.id,
    quantity,
    firstVersion: started.version,
    operations: started.operations.map(({ id, sequence }) => {
      const { stationCode } = operations.find((it) => it.sequence === sequence)!;
      return { id, isLast: sequence === 20, stationId: stations.get(stationCode)! };
    }),
  };
}
