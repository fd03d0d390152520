/** A terminal at the station, for the slice's tests. */
import type { Claims } from '@enghub/subgraph-kit/claims';
import type { TestSubgraph } from '@enghub/testkit/subgraph';
import { dataOf, fieldOf } from '../plant-for-tests.ts';

const OPERATION = `operation { id status version plannedStartAt station { code } workOrder { status } runningJobs { id operatorId } }`;
const REFUSAL = `... on DispatchRefusal { code message blockers { kind message } }`;
const START = (verb: string) => `mutation($input: StartOperationInput!) { ${verb}Operation(input: $input) {
  ... on StartOperationPayload { replayed ${OPERATION} job { id kind operatorId endedAt station { code } } } ${REFUSAL} } }`;
const MOVE = (verb: string) => `mutation($input: ${verb[0]!.toUpperCase()}${verb.slice(1)}OperationInput!) {
  ${verb}Operation(input: $input) { ... on OperationPayload { replayed ${OPERATION} } ${REFUSAL} } }`;
const HOLD = `mutation($input: HoldWorkOrderInput!) { holdWorkOrder(input: $input) { __typename } }`;
const LIST = `query($stationId: ID, $factoryId: ID, $equipmentClass: String, $first: Int! = 50, $after: String) {
  dispatchList(stationId: $stationId, factoryId: $factoryId, equipmentClass: $equipmentClass, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { availableQuantity remainingQuantity runningJobs { operatorId } operation { id } workOrder { number } } } } }`;

type Row = Record<string, unknown>;
export type DispatchList = {
  pageInfo: { hasNextPage: boolean; endCursor: string };
  edges: { node: { workOrder: { number: string } } & Row }[];
};

let requests = 0;

export function createClientOf(mes: TestSubgraph) {
  const send = (query: string, input: Row, claims?: Claims) => fieldOf<Row>(mes, query, { input }, claims);
  const requestId = () => `dispatch-${++requests}`;
  return {
    start: (operationId: string, change: Row = {}, claims?: Claims) =>
      send(START('start'), { requestId: requestId(), operationId, ...change }, claims),
    resume: (operationId: string, change: Row = {}) =>
      send(START('resume'), { requestId: requestId(), operationId, ...change }),
    pause: (operationId: string, change: Row = {}) =>
      send(MOVE('pause'), { requestId: requestId(), operationId, ...change }),
    finish: (operationId: string, version: number) =>
      send(MOVE('finish'), { requestId: requestId(), operationId, version }),
    reopen: (operationId: string, version: number, reason: string) =>
      send(MOVE('reopen'), { operationId, version, reason }),
    assign: (operationId: string, version: number, change: Row) =>
      send(MOVE('assign'), { operationId, version, ...change }),
    hold: (id: string, version: number) => send(HOLD, { id, version, cause: 'OPERATIONAL' }),
    list: (args: Row, claims?: Claims) => fieldOf<DispatchList>(mes, LIST, args, claims),
    stationList: async (id: string) => {
      const query = `query($id: ID!) { station(id: $id) { dispatchList { edges { node { workOrder { number } } } } } }`;
      const { station } = await dataOf<{ station: { dispatchList: DispatchList } }>(mes, query, { id });
      return station.dispatchList.edges.map(({ node }) => node.workOrder.number);
    },
    labour: (id: string) =>
      fieldOf<Row>(mes, `query($id: ID!) { workOrder(id: $id) { labourSeconds setupSeconds machineSeconds } }`, { id }),
  };
}
