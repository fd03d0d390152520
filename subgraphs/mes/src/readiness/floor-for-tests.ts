/** A plant whose orders use material, the news that it hears, and the questions that are asked about its orders. */
import { randomUUID } from 'node:crypto';
import type { EventContract } from '@enghub/event-contracts/define-event';
import { newEvent } from '@enghub/messaging/outbox';
import type { Claims } from '@enghub/subgraph-kit/claims';
import type { GraphPort } from '@enghub/subgraph-kit/graph-port';
import { newId } from '@enghub/subgraph-kit/ids';
import { productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import {
  anOrder,
  DEFINE_POLICIES,
  DEFINE_ROUTING,
  erpWith,
  fieldOf,
  setUpPlant,
  type OrderAnswer,
  type Plant,
} from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

export const factoryId = 'factory-sh-01';

type Line = { material: { id: string }; quantity: string; unit: string };
const bills: Record<string, Line[]> = {
  'PROD-STEEL': [{ material: { id: 'STEEL' }, quantity: '0.5', unit: 'kg' }],
};

/** The bridge answers one bill, or several under names that the question gives them. */
const bridge: GraphPort = (subgraph, request, claims) => {
  const { query, variables = {} } = request;
  if (!query.includes('b0:')) return erpWith(bills)(subgraph, request, claims);
  const products = Object.keys(variables).filter((name) => name.startsWith('p'));
  const answers = products.map((name) => [
    name.replace('p', 'b'),
    { bom: { lines: bills[String(variables[name])] ?? [] } },
  ]);
  return Promise.resolve({ data: Object.fromEntries(answers) as Record<string, unknown> });
};

export type Blocker = {
  kind: string;
  source: string;
  reference: string | null;
  since: string;
  owner: string | null;
  message: string;
};
export type Transition = { action: string; allowed: boolean; blockers: Blocker[] };

export const TRANSITIONS = 'action allowed blockers { kind source reference since owner message }';

let requests = 0;

export async function startFloor(options: { now?: () => Date } = {}) {
  const mes: TestSubgraph = await testSubgraph(definition, { graph: bridge, ...options });
  const plant = await setUpPlant(mes);
  const operations = [
    { sequence: 10, name: 'Turning', stationCode: 'M1', materialIds: ['STEEL'] },
    { sequence: 20, name: 'Milling', stationCode: 'M2', requiredSkills: ['MILLING'] },
  ];
  const input = { factoryId, code: 'R-STEEL', productId: 'PROD-STEEL', operations };
  await fieldOf(mes, DEFINE_ROUTING, { input });
  const steel: Plant = { ...plant, routingCode: 'R-STEEL' };

  const say = <Answer>(query: string, given: Record<string, unknown>, claims?: Claims): Promise<Answer> => {
    requests += 1;
    return fieldOf<Answer>(mes, query, { input: { requestId: `ready-${requests}`, ...given } }, claims);
  };

  return {
    ...mes,
    mes,
    plant,
    /** Orders of its product use half a kilogram of STEEL a piece; milling it takes a skill. */
    steel,
    say,
    order: (upTo: 'PLANNED' | 'RELEASED' | 'IN_PROGRESS', of: Plant = plant): Promise<OrderAnswer> =>
      anOrder(mes, of, { upTo }),
    /** The plant has a line side from here on, with so much steel. */
    stock: (quantity: string) => stock(mes, quantity),
    policies: (change: Record<string, unknown>, version: number) =>
      fieldOf(mes, DEFINE_POLICIES, { input: { factoryId, version, ...change } }),
    hear: <Data>(contract: EventContract<string, Data>, data: Data, about: Told = {}) => {
      const { at = new Date(), factory = factoryId, tenantId = 'tenant-001' } = about;
      const shared = { eventId: randomUUID(), tenantId, sourceService: 'test', traceId: 'trace-test' };
      const event = newEvent(contract, data, { ...shared, factoryId: factory, at, aggregateId: 'any' });
      return mes.transport.publish([event]);
    },
    transitions: async (orderId: string, claims: Claims = productionManager) => {
      const query = `query($id: ID!) { workOrder(id: $id) { transitions { ${TRANSITIONS} } } }`;
      return (await fieldOf<{ transitions: Transition[] }>(mes, query, { id: orderId }, claims)).transitions;
    },
    /** Of the operation with this place in the routing. */
    transitionsOf: async (orderId: string, place: number, claims: Claims = productionManager, args = '') => {
      const query = `query($id: ID!) { workOrder(id: $id) { operations { transitions${args} { ${TRANSITIONS} } } } }`;
      const { operations } = await fieldOf<{ operations: { transitions: Transition[] }[] }>(
        mes,
        query,
        { id: orderId },
        claims,
      );
      return operations[place]!.transitions;
    },
  };
}

type Told = Readonly<{ at?: Date; factory?: string | null; tenantId?: string }>;
export type Floor = Awaited<ReturnType<typeof startFloor>>;

/** What is in the way of one action. */
export const blockersOf = (transitions: readonly Transition[], action: string): Blocker[] =>
  transitions.find((it) => it.action === action)!.blockers;
export const kindsOf = (transitions: readonly Transition[], action: string): string[] =>
  blockersOf(transitions, action).map(({ kind }) => kind);

async function stock({ rows }: TestSubgraph, quantity: string): Promise<void> {
  const about = ['tenant-001', factoryId];
  const [known] = await rows<{ warehouse: string; location: string }>(
    `SELECT warehouse_id::text AS warehouse, id::text AS location FROM mes.stock_locations WHERE code = 'LINE'`,
  );
  const { warehouse, location } = known ?? { warehouse: newId(), location: newId() };
  if (!known) {
    await rows(
      `INSERT INTO mes.warehouses (id, tenant_id, factory_id, code, name) VALUES ($3, $1, $2, 'W', 'Warehouse')`,
      [...about, warehouse],
    );
    await rows(
      `INSERT INTO mes.stock_locations (id, tenant_id, factory_id, warehouse_id, code, name, purpose)
       VALUES ($4, $1, $2, $3, 'LINE', 'Line side', 'PRODUCTION')`,
      [...about, warehouse, location],
    );
  }
  await rows(
    `INSERT INTO mes.stock_balances (id, tenant_id, factory_id, warehouse_id, material_id, location_id, lot_id, on_hand)
     VALUES ($5, $1, $2, $3, 'STEEL', $4, '00000000-0000-0000-0000-000000000000', $6)
     ON CONFLICT (warehouse_id, material_id, location_id, lot_id) DO UPDATE SET on_hand = EXCLUDED.on_hand`,
    [...about, warehouse, location, newId(), quantity],
  );
}
