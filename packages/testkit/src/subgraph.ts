/** A real subgraph in a test: its own database, events handed over in process, questions asked through its schema. */
import { readMasterKeys, type MasterKeys } from '@enghub/encryption/master-keys';
import { rolesOf } from '@enghub/database/roles';
import { createInProcessLiveBus, type LiveBus } from '@enghub/messaging/live';
import { createInProcessTransport } from '@enghub/messaging/in-process-transport';
import type { Transport } from '@enghub/messaging/transport';
import type { Claims } from '@enghub/subgraph-kit/claims';
import type { GraphPort } from '@enghub/subgraph-kit/graph-port';
import type { RunningSubgraph } from '@enghub/subgraph-kit/running-subgraph';
import { migrationDirectories, startSubgraph, type SubgraphServices } from '@enghub/subgraph-kit/start-subgraph';
import type { ExecutionResult } from 'graphql';
import pg from 'pg';
import { pino } from 'pino';
import { productionManager } from './claims.ts';
import { freshDatabase } from './postgres.ts';

type Definition = Parameters<typeof startSubgraph>[0];

export type TestSubgraph = Readonly<{
  /** As the production manager of factory-sh-01, if no claims are given. */
  ask(query: string, variables?: Readonly<Record<string, unknown>>, claims?: Claims): Promise<ExecutionResult>;
  /** Rows of all tenants, for arranging and inspecting. */
  rows<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  transport: Transport;
  live: LiveBus;
  readReplica: () => ReturnType<NonNullable<RunningSubgraph['readReplica']>>;
  /** For arranging and inspecting rows of all tenants. */
  ownerUrl: string;
  /** As requests connect: without a tenant until a binding sets one. */
  appUrl: string;
  /** For mailboxes of listeners that the test subscribes itself. */
  relayUrl: string;
  stop(): Promise<void>;
}>;

export type TestSubgraphOptions = Readonly<{
  now?: () => Date;
  /** Answers what the subgraph asks of others; without it, asking is an error. */
  graph?: GraphPort;
  /** A database that the test made itself, and drops itself. */
  databaseUrl?: string;
  /** A streaming replica of that database. */
  readReplica?: SubgraphServices['readReplica'];
  retryDelaysMs?: readonly number[];
  masterKeys?: MasterKeys;
}>;

export const testKeys: MasterKeys = readMasterKeys(`test:${Buffer.alloc(32, 7).toString('base64')}`);

/** Starts one. Stop it in `afterAll`. */
export async function testSubgraph<D extends Pick<Definition, 'name' | 'folder'>>(
  definition: D,
  options: TestSubgraphOptions = {},
): Promise<TestSubgraph> {
  const namespace = definition.name.replaceAll('-', '_');
  const fresh = options.databaseUrl ? null : await freshDatabase(namespace, migrationDirectories(definition.folder));
  const ownerUrl = options.databaseUrl ?? fresh!.ownerUrl;
  const logger = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });
  const transport = createInProcessTransport({ logger, retryDelaysMs: options.retryDelaysMs ?? [10, 20, 40] });
  const live = createInProcessLiveBus();
  const subgraph = await startSubgraph(definition as unknown as Definition, {
    databaseUrl: ownerUrl,
    transport,
    live,
    graph: options.graph ?? noGraph,
    logger,
    masterKeys: options.masterKeys ?? testKeys,
    readReplica: options.readReplica,
    ...(options.now && { now: options.now }),
  });

  return {
    ask: async (query, variables, claims = productionManager) =>
      subgraph.execute({ query, variables }, subgraph.contextFor(claims)),
    rows: (sql, values) => rowsOf(ownerUrl, sql, values),
    transport,
    live,
    readReplica: () => subgraph.readReplica?.() ?? null,
    ownerUrl,
    appUrl: rolesOf(ownerUrl, namespace).app.url,
    relayUrl: rolesOf(ownerUrl, namespace).relay.url,
    async stop() {
      await subgraph.stop();
      await transport.close();
      await live.close();
      await fresh?.drop();
    },
  };
}

async function rowsOf<Row extends object>(url: string, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

const noGraph: GraphPort = (subgraph) => {
  throw new Error(`this test has no subgraph ${subgraph}`);
};
