/** Stock of a small plant, set up and moved through the graph: tests of the inventory begin with it. */
import type { Claims } from '@enghub/subgraph-kit/claims';
import type { TestSubgraph } from '@enghub/testkit/subgraph';
import { fieldOf, type Plant } from '../plant-for-tests.ts';

type Row = Record<string, unknown>;

export type Moved = {
  movements: { id: string; movementId: string; kind: string; quantity: string; lot: { id: string } | null }[];
  warnings: string[];
  replayed: boolean;
};
export type Refused = { code: string; message: string; limit: string | null; actual: string | null };

const REFUSAL = '... on InventoryRefusal { code message limit actual }';
const typeOf = (command: string) => `${command[0]!.toUpperCase()}${command.slice(1)}Input!`;

export const MOVE = (command: string) => `mutation($input: ${typeOf(command)}) { ${command}(input: $input) {
  ... on StockMovementPayload { replayed warnings movements { id movementId kind quantity lot { id number status }
    location { code } material { id } reason reference unit movedBy } } ${REFUSAL} } }`;
export const RESERVE = (command: string) => `mutation($input: ${typeOf(command)}) { ${command}(input: $input) {
  ... on ReservationPayload { replayed reservations { quantity material { id } location { code } lot { number } }
    shortages { material { id } quantity } } ${REFUSAL} } }`;

let requests = 0;

/** Sends a command that moves stock, each time as a new request unless told otherwise. */
export function move<Answer = Moved>(mes: TestSubgraph, command: string, input: Row, claims?: Claims): Promise<Answer> {
  requests += 1;
  return fieldOf<Answer>(mes, MOVE(command), { input: { requestId: `move-${requests}`, ...input } }, claims);
}

export type Stores = Readonly<{ warehouseId: string; store: string; line: string; cage: string; dock: string }>;

/** A warehouse with a shelf, a line side, a quarantine cage and a dock. */
export async function setUpStores(
  mes: TestSubgraph,
  { factoryId }: Pick<Plant, 'factoryId'>,
  claims?: Claims,
): Promise<Stores> {
  const warehouse = await fieldOf<{ warehouse: { id: string } }>(
    mes,
    `mutation($input: DefineWarehouseInput!) { defineWarehouse(input: $input) {
       ... on DefineWarehousePayload { warehouse { id code name } } ${REFUSAL} } }`,
    { input: { requestId: `w-${factoryId}`, factoryId, code: 'W1', name: 'Main store' } },
    claims,
  );
  const warehouseId = warehouse.warehouse.id;
  const place = async (code: string, purpose: string) => {
    const input = { requestId: `l-${factoryId}-${code}`, warehouseId, code, name: code, purpose };
    const answer = await fieldOf<{ location: { id: string } }>(mes, DEFINE_LOCATION, { input }, claims);
    return answer.location.id;
  };
  return {
    warehouseId,
    store: await place('A-01', 'STORAGE'),
    line: await place('LINE', 'PRODUCTION'),
    cage: await place('CAGE', 'QUARANTINE'),
    dock: await place('DOCK', 'SHIPPING'),
  };
}

export const DEFINE_LOCATION = `mutation($input: DefineStockLocationInput!) { defineStockLocation(input: $input) {
  ... on DefineStockLocationPayload { replayed location { id code name purpose line { code } warehouse { code } } }
  ${REFUSAL} } }`;
export const DEFINE_MATERIAL = `mutation($input: DefineMaterialStockInput!) { defineMaterialStock(input: $input) {
  ... on DefineMaterialStockPayload { replayed settings { unit tracking issueMethod shelfLifeDays gtin material { id } } }
  ${REFUSAL} } }`;

export function defineMaterial<Answer = { settings: Row }>(mes: TestSubgraph, input: Row): Promise<Answer> {
  requests += 1;
  return fieldOf<Answer>(mes, DEFINE_MATERIAL, { input: { requestId: `m-${requests}`, ...input } });
}

export const INVENTORY = `query($materialId: ID!, $factoryId: ID) { inventory(materialId: $materialId, factoryId: $factoryId) {
  onHand reserved available quarantined unit source
  byLocation { warehouse { code } location { code } onHand reserved available quarantined } } }`;

export type Figures = { onHand: string; reserved: string; available: string; quarantined: string; source: string };

export const inventory = (mes: TestSubgraph, materialId: string, factoryId: string | null = null, claims?: Claims) =>
  fieldOf<Figures>(mes, INVENTORY, { materialId, factoryId }, claims);

/** What the books say is there, and whether they are right. */
export const differences = (mes: TestSubgraph, factoryId: string) =>
  fieldOf<unknown[]>(
    mes,
    `query($factoryId: ID!) { verifyStock(factoryId: $factoryId) {
       balance { id onHand reserved location { code } material { id } } movementsSum reservationsSum } }`,
    { factoryId },
  );
