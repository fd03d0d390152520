/** A small plant, set up through the graph as a client would: tests of the slices begin with it. */
import type { Claims } from '@enghub/subgraph-kit/claims';
import type { GraphPort } from '@enghub/subgraph-kit/graph-port';
import type { TestSubgraph } from '@enghub/testkit/subgraph';

type Row = Record<string, unknown>;

/** Asks, and gives the data; an error of the graph is an error of the test. */
export async function dataOf<Data = Record<string, never>>(
  mes: TestSubgraph,
  query: string,
  variables: Row = {},
  claims?: Claims,
): Promise<Data> {
  const { data, errors } = await mes.ask(query, variables, claims);
  if (errors?.length) throw errors[0]!.originalError ?? errors[0]!;
  return data as Data;
}

/** The one field that the query asks for. */
export async function fieldOf<Data>(
  mes: TestSubgraph,
  query: string,
  variables: Row = {},
  claims?: Claims,
): Promise<Data> {
  return Object.values(await dataOf(mes, query, variables, claims))[0] as Data;
}

/** The bill of materials of one piece, as the ERP tells it. */
export type ErpLine = Readonly<{ material: { id: string }; quantity: string; unit: string }>;
export const bomLine = (id: string, quantity = '1', unit = 'pcs'): ErpLine => ({ material: { id }, quantity, unit });

/**
 * An ERP that knows every product but those that begin with NO-, and is away for those that begin with AWAY-. What a
 * product is made of, if a test cares, is given by product id.
 */
export const erpWith =
  (bills: Readonly<Record<string, readonly ErpLine[]>>): GraphPort =>
  async (_subgraph, { query, variables }) => {
    if (query.includes('partApprovals')) return { data: { partApprovals: approvals(variables) } };
    const product = String(variables?.['productId']);
    if (product.startsWith('AWAY-')) throw new Error('the bridge is down');
    if (product.startsWith('NO-')) return { data: { billOfMaterials: { outcome: 'UNKNOWN_PRODUCT', bom: null } } };
    const bom = { version: 'v3', source: 'ERP', asOf: '2026-01-01T00:00:00Z', lines: bills[product] ?? [] };
    return { data: { billOfMaterials: { outcome: 'FOUND', bom } } };
  };

/** Every material is approved, but PENDING-… is not, and nobody can say of UNVERIFIED-…. */
const approvals = (variables: Readonly<Record<string, unknown>> | undefined) =>
  (variables?.['materialIds'] as string[]).map((materialId) => {
    const outcome = materialId.startsWith('PENDING-')
      ? 'NOT_APPROVED'
      : materialId.startsWith('UNVERIFIED-')
        ? 'UNVERIFIED'
        : 'APPROVED';
    return { materialId, outcome, asOf: '2026-01-01T00:00:00Z' };
  });

export const erp: GraphPort = erpWith({});

export const DEFINE_FACTORY = `mutation($input: DefineFactoryInput!) { defineFactory(input: $input) {
  ... on DefineFactoryPayload { factory { id name timeZone overproductionPercent } } ... on StationRefusal { code message } } }`;
export const DEFINE_LINE = `mutation($input: DefineProductionLineInput!) { defineProductionLine(input: $input) {
  ... on DefineProductionLinePayload { line { id code name } } ... on StationRefusal { code message } } }`;
export const DEFINE_STATION = `mutation($input: DefineStationInput!) { defineStation(input: $input) {
  ... on DefineStationPayload { station { id code name capacity line { code } } } ... on StationRefusal { code message } } }`;
export const DEFINE_SHIFTS = `mutation($input: DefineShiftPatternInput!) { defineShiftPattern(input: $input) {
  ... on DefineShiftPatternPayload { shiftPattern { id validFrom shifts { name startsAt endsAt } } }
  ... on ShiftPatternRefusal { code message } } }`;
export const DEFINE_POLICIES = `mutation($input: DefinePlantPoliciesInput!) { definePlantPolicies(input: $input) {
  ... on DefinePlantPoliciesPayload { policies { version } } ... on PlantPolicyRefusal { code message } } }`;
export const DEFINE_ROUTING = `mutation($input: DefineRoutingInput!) { defineRouting(input: $input) {
  ... on DefineRoutingPayload { routing { id code version operations { sequence name station { code } runSecondsPerPiece } } }
  ... on RoutingRefusal { code message } } }`;
export const CREATE_ORDER = `mutation($input: CreateWorkOrderInput!) { createWorkOrder(input: $input) {
  ... on CreateWorkOrderPayload { replayed workOrder { id number status version operations { id sequence goodLimit } } }
  ... on WorkOrderRefusal { code message } } }`;
export const stepOf = (verb: string, input = 'WorkOrderCommandInput') => `mutation($input: ${input}!) {
  ${verb}WorkOrder(input: $input) {
    ... on WorkOrderPayload { workOrder { id status version holdCause holdNote operations { id goodLimit } } }
    ... on WorkOrderRefusal { code message } } }`;
export const REPORT = `mutation($input: ReportProductionInput!) { reportProduction(input: $input) {
  ... on ReportProductionPayload { replayed report { id shiftDate shift goodQuantity endedAt } }
  ... on ProductionReportRefusal { code message limit actual } } }`;

export type Refused = { code: string; message: string };
export type OrderAnswer = {
  id: string;
  status: string;
  version: number;
  operations: { id: string; goodLimit: string }[];
};

export type Plant = Readonly<{ factoryId: string; stationId: string; routingCode: string }>;

/** A plant with a day and a night shift, two stations, and a routing of two operations. */
export async function setUpPlant(
  mes: TestSubgraph,
  options: {
    factoryId?: string;
    overproductionPercent?: string;
    productId?: string;
    claims?: Claims;
    policies?: Row;
  } = {},
): Promise<Plant> {
  const {
    factoryId = 'factory-sh-01',
    overproductionPercent = '0',
    productId = 'PROD-A001',
    claims,
    policies,
  } = options;
  const set = (query: string, input: Row) => fieldOf<Row>(mes, query, { input }, claims);
  await set(DEFINE_FACTORY, { id: factoryId, name: 'Shanghai', timeZone: 'Asia/Shanghai', overproductionPercent });
  if (policies) await set(DEFINE_POLICIES, { factoryId, ...policies });
  await set(DEFINE_LINE, { factoryId, code: 'L1', name: 'Line 1' });
  const station = await set(DEFINE_STATION, { factoryId, code: 'M1', name: 'Mill', lineCode: 'L1' });
  await set(DEFINE_STATION, { factoryId, code: 'M2', name: 'Lathe' });
  const shifts = [
    { name: 'day', startsAt: '08:00', endsAt: '20:00' },
    { name: 'night', startsAt: '20:00', endsAt: '08:00' },
  ];
  await set(DEFINE_SHIFTS, { factoryId, validFrom: '2000-01-01', shifts });
  const operations = [
    { sequence: 10, name: 'Turning', stationCode: 'M1', setupSeconds: '600', runSecondsPerPiece: '90' },
    { sequence: 20, name: 'Milling', stationCode: 'M2', runSecondsPerPiece: '45.5' },
  ];
  await set(DEFINE_ROUTING, { factoryId, code: 'R1', productId, operations });
  return { factoryId, stationId: (station['station'] as { id: string }).id, routingCode: 'R1' };
}

let orders = 0;

/** An order as far along as asked. */
export async function anOrder(
  mes: TestSubgraph,
  plant: Plant,
  options: { quantity?: string; number?: string; upTo?: 'PLANNED' | 'RELEASED' | 'IN_PROGRESS'; claims?: Claims } = {},
): Promise<OrderAnswer> {
  orders += 1;
  const { quantity = '10', number = `WO-T${orders}`, upTo = 'IN_PROGRESS', claims } = options;
  const { factoryId, routingCode } = plant;
  const input = { requestId: `create-${orders}`, factoryId, number, routingCode, quantity };
  let { workOrder: order } = await fieldOf<{ workOrder: OrderAnswer }>(mes, CREATE_ORDER, { input }, claims);
  const verbs = { PLANNED: [], RELEASED: ['release'], IN_PROGRESS: ['release', 'start'] }[upTo];
  for (const verb of verbs) order = await sayTo(mes, verb, order, claims);
  return order;
}

export async function sayTo(
  mes: TestSubgraph,
  verb: string,
  { id, version }: Pick<OrderAnswer, 'id' | 'version'>,
  claims?: Claims,
): Promise<OrderAnswer> {
  const answer = await fieldOf<{ workOrder: OrderAnswer }>(mes, stepOf(verb), { input: { id, version } }, claims);
  return answer.workOrder;
}
