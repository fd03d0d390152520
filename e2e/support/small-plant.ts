import { dataOf, type Graph } from './graph.ts';

export type SmallPlant = Readonly<{
  factoryId: string;
  stationId: string;
  orderId: string;
  version: number;
  operationId: string;
}>;

type Payload<Field extends string, Value> = Record<Field, { __typename: string } & Value>;

/** One station, one routing with one operation and one order in progress, made through the graph. */
export async function smallPlant(
  graph: Graph,
  options: Readonly<{
    factoryId?: string;
    manager?: string;
    definer?: string;
    number?: string;
    quantity?: string;
  }> = {},
): Promise<SmallPlant> {
  const { factoryId = 'factory-sh-01', manager = 'emp-001', definer = 'emp-901', quantity = '1000' } = options;
  const number = options.number ?? `e2e-${crypto.randomUUID()}`;
  const define = async (query: string, input: object) => dataOf<object>(await graph.ask(definer, query, { input }));
  await define(
    `mutation ($input: DefineFactoryInput!) { defineFactory(input: $input) { __typename ... on StationRefusal { code } } }`,
    { id: factoryId, name: 'E2E', timeZone: 'Asia/Shanghai', overproductionPercent: '0' },
  );
  await define(`mutation ($input: DefineShiftPatternInput!) { defineShiftPattern(input: $input) { __typename } }`, {
    factoryId,
    validFrom: '2012-01-01',
    shifts: [
      { name: 'day', startsAt: '06:00', endsAt: '18:00' },
      { name: 'night', startsAt: '18:00', endsAt: '06:00' },
    ],
  });
  const station = (await define(
    `mutation ($input: DefineStationInput!) { defineStation(input: $input) { __typename ... on DefineStationPayload { station { id } } } }`,
    { factoryId, code: 'saw', name: 'Saw', capacity: 5 },
  )) as Payload<'defineStation', { station: { id: string } }>;
  await define(`mutation ($input: DefineRoutingInput!) { defineRouting(input: $input) { __typename } }`, {
    factoryId,
    code: 'sawn',
    productId: 'PROD-A001',
    operations: [{ sequence: 10, name: 'Sawing', stationCode: 'saw', runSecondsPerPiece: '30' }],
  });
  const created = dataOf<
    Payload<'createWorkOrder', { workOrder: { id: string; version: number; operations: { id: string }[] } }>
  >(
    await graph.ask(
      manager,
      `mutation ($input: CreateWorkOrderInput!) { createWorkOrder(input: $input) {
        __typename
        ... on CreateWorkOrderPayload { workOrder { id version operations { id } } }
        ... on WorkOrderRefusal { code message } } }`,
      { input: { requestId: crypto.randomUUID(), factoryId, number, routingCode: 'sawn', quantity } },
    ),
  ).createWorkOrder;
  if (!created.workOrder) throw new Error(`the order was refused: ${JSON.stringify(created)}`);
  const { id: orderId, operations } = created.workOrder;
  let version = created.workOrder.version;
  for (const command of ['releaseWorkOrder', 'startWorkOrder']) {
    const answer = dataOf<Record<string, { workOrder: { version: number } }>>(
      await graph.ask(
        manager,
        `mutation ($input: WorkOrderCommandInput!) { ${command}(input: $input) { ... on WorkOrderPayload { workOrder { version } } ... on WorkOrderRefusal { code } } }`,
        { input: { id: orderId, version } },
      ),
    );
    version = answer[command]!.workOrder.version;
  }
  return { factoryId, stationId: station.defineStation.station.id, orderId, version, operationId: operations[0]!.id };
}

export const reportMutation = `mutation ($input: ReportProductionInput!) { reportProduction(input: $input) {
  __typename
  ... on ReportProductionPayload { replayed report { id shiftDate shift } }
  ... on ProductionReportRefusal { code message limit actual } } }`;
