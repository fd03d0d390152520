/** A small federated plant for the gateway's tests: two subgraphs, real federation, nothing behind them but memory. */
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { Claims } from '@enghub/subgraph-kit/claims';
import { createEngine } from '@enghub/subgraph-kit/engine';
import type { RunningSubgraph } from '@enghub/subgraph-kit/running-subgraph';
import DataLoader from 'dataloader';
import { parse } from 'graphql';
import { pino } from 'pino';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@shareable", "@external", "@inaccessible", "@authenticated", "@requiresScopes", "@tag"])`;

const mesSdl = `${link}
type Query {
  workOrders(first: Int! = 3, filter: WorkOrderFilter): [WorkOrder!]!
    @requiresScopes(scopes: [["work_order:view"]]) @tag(name: "partner")
  assets: [Asset!] @authenticated
  anyAssets: [AnyAsset!] @authenticated
  me: Employee @authenticated
  echo(text: String, texts: [String!] @tag(name: "internal")): String @authenticated @tag(name: "partner")
  broken: String @authenticated
}
type Mutation {
  startOperation(id: ID!): WorkOrder @requiresScopes(scopes: [["mes:operate"], ["mes:admin", "mes:trusted"]])
  touch: Int @authenticated
  holdOrder(id: ID!): ID @requiresScopes(scopes: [["work_order:execute"]]) @tag(name: "partner")
  report(rows: [String!]!): Int @requiresScopes(scopes: [["report:create"]])
}
type Subscription {
  shiftBoard(stationId: ID!, shiftDate: String!, shift: String! = "day"): ShiftBoard
    @requiresScopes(scopes: [["board:view"]]) @tag(name: "partner")
  notificationReceived: Inbox @authenticated
}
type Inbox { readBy: String }
input WorkOrderFilter @tag(name: "partner") { status: [String!] text: String @tag(name: "internal") }
type WorkOrder @key(fields: "id") {
  id: ID! @tag(name: "partner")
  number: String! @tag(name: "partner")
  cost: Int @requiresScopes(scopes: [["cost:view"]])
  parent: WorkOrder
}
type Employee { name: String salary: Int @requiresScopes(scopes: [["hr:salary", "hr:view"]]) }
interface Asset { id: ID! price: Int }
type Tool implements Asset { id: ID! price: Int @requiresScopes(scopes: [["price:view"]]) }
type Machine implements Asset { id: ID! price: Int name: String }
union AnyAsset = Tool | Machine
type ShiftBoard @tag(name: "partner") {
  stationId: ID!
  shift: String!
  goodQuantity: Int!
  readBy: String @tag(name: "internal")
  secret: Int @requiresScopes(scopes: [["cost:view"]]) @tag(name: "internal")
  workOrder: WorkOrder
}
`;

const qmsSdl = `${link}
type WorkOrder @key(fields: "id") { id: ID! inspections(first: Int! = 2): [Inspection!] @tag(name: "partner") mood: String }
type Inspection {
  id: ID! @tag(name: "partner")
  result: String @tag(name: "partner")
  note: String @requiresScopes(scopes: [["note:view"]])
  strict: String! @requiresScopes(scopes: [["note:view"]])
  author: Author @authenticated
}
type Author { name: String }
`;

/** What happened inside the subgraphs, for tests to look at. */
export type Plant = {
  started: number;
  touched: number;
  held: number;
  goodQuantity: number;
  boardReads: number;
  inspectionBatches: number;
  contexts: number;
  qmsFails: boolean;
  readonly claims: Claims[];
};

export const newPlant = (): Plant => ({
  started: 0,
  touched: 0,
  held: 0,
  goodQuantity: 0,
  boardReads: 0,
  inspectionBatches: 0,
  contexts: 0,
  qmsFails: false,
  claims: [],
});

type QmsContext = Readonly<{ inspections: DataLoader<string, readonly object[]> }>;
type MesContext = Readonly<{ claims: Claims }>;

const quiet = pino({ level: 'silent' });
const workOrder = (id: string) => ({ id, number: `N-${id}`, cost: 7, parent: null });

export function testSubgraphs(plant: Plant): ReadonlyMap<string, RunningSubgraph> {
  const mes = buildSubgraphSchema({
    typeDefs: parse(mesSdl),
    resolvers: {
      Query: {
        workOrders: (_: unknown, { first }: { first: number }) =>
          Array.from({ length: Math.max(0, Math.min(first, 100)) }, (_item, at) => workOrder(`wo-${at + 1}`)),
        assets: () => [
          { __typename: 'Tool', id: 't-1', price: 5 },
          { __typename: 'Machine', id: 'm-1', price: 9, name: 'Lathe' },
        ],
        anyAssets: () => [
          { __typename: 'Tool', id: 't-1', price: 5 },
          { __typename: 'Machine', id: 'm-1', price: 9, name: 'Lathe' },
        ],
        me: (_: unknown, _args: unknown, { claims }: MesContext) => ({ name: claims.userId, salary: 100 }),
        echo: (_: unknown, { text, texts }: { text?: string; texts?: string[] }) => text ?? texts?.join(',') ?? null,
        broken: () => {
          throw new Error('relation "mes.secret_table" does not exist');
        },
      },
      Mutation: {
        startOperation: (_: unknown, { id }: { id: string }) => {
          plant.started += 1;
          return workOrder(id);
        },
        touch: () => (plant.touched += 1),
        holdOrder: (_: unknown, { id }: { id: string }) => {
          plant.held += 1;
          return id;
        },
        report: (_: unknown, { rows }: { rows: string[] }) => rows.length,
      },
      Subscription: {
        shiftBoard: {
          resolve: (_: unknown, { stationId, shift }: { stationId: string; shift: string }, { claims }: MesContext) => {
            plant.boardReads += 1;
            const board = { stationId, shift, goodQuantity: plant.goodQuantity, readBy: claims.tenantId, secret: 42 };
            return { ...board, workOrder: workOrder('wo-1') };
          },
        },
        notificationReceived: {
          resolve: (_: unknown, _args: unknown, { claims }: MesContext) => ({ readBy: claims.userId }),
        },
      },
      WorkOrder: { __resolveReference: ({ id }: { id: string }) => workOrder(id) },
    } as never,
  });
  const qms = buildSubgraphSchema({
    typeDefs: parse(qmsSdl),
    resolvers: {
      WorkOrder: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        inspections: ({ id }: { id: string }, _args: unknown, { inspections }: QmsContext) => inspections.load(id),
        mood: () => {
          throw new Error('no mood today');
        },
      },
    } as never,
  });
  const running = (name: string, schema: typeof mes, contextFor: (claims: Claims) => unknown): RunningSubgraph => ({
    name,
    schema,
    execute: createEngine(schema, quiet),
    contextFor,
    isReady: async () => true,
    stop: async () => undefined,
  });
  const mesContext = (claims: Claims): MesContext => {
    plant.contexts += 1;
    plant.claims.push(claims);
    return { claims };
  };
  const qmsContext = (): QmsContext => {
    if (plant.qmsFails) throw new Error('qms is down');
    return {
      inspections: new DataLoader(async (ids) => {
        plant.inspectionBatches += 1;
        return ids.map((id) => [
          { id: `${id}/i1`, result: 'PASS', note: 'hm', strict: 'x', author: { name: 'Li' } },
          { id: `${id}/i2`, result: 'FAIL', note: 'oh', strict: 'y', author: { name: 'Wu' } },
        ]);
      }),
    };
  };
  return new Map([
    ['mes', running('mes', mes, mesContext)],
    ['qms', running('qms', qms, qmsContext)],
  ]);
}

/** The supergraph of these subgraphs, as `schema/supergraph.graphql` is for the real ones. */
export function testSupergraph(): string {
  const result = composeServices([
    { name: 'mes', url: 'http://127.0.0.1:1/graphql', typeDefs: parse(mesSdl) },
    { name: 'qms', url: 'http://127.0.0.1:2/graphql', typeDefs: parse(qmsSdl) },
  ]);
  if (!result.supergraphSdl) throw new Error(result.errors?.map((error) => error.message).join('\n'));
  return result.supergraphSdl;
}
