/** A bridge on a real database, before a simulator that can be made to fail, with a clock that the test owns. */
import { createInProcessTransport } from '@enghub/messaging/in-process-transport';
import { createInProcessLiveBus, type LiveBus } from '@enghub/messaging/live';
import type { OutboxEvent } from '@enghub/messaging/outbox';
import type { Transport } from '@enghub/messaging/transport';
import type { Claims } from '@enghub/subgraph-kit/claims';
import type { RunningSubgraph } from '@enghub/subgraph-kit/running-subgraph';
import { migrationDirectories } from '@enghub/subgraph-kit/start-subgraph';
import { freshDatabase } from '@enghub/testkit/postgres';
import type { ExecutionResult } from 'graphql';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino from 'pino';
import type { Context } from './context.ts';
import type { DocumentSettings } from './documents/settings.ts';
import { purgeAbandoned } from './documents/transfers.ts';
import { shareHealth, watch } from './integration-status/commands.ts';
import { recheckDue } from './rechecking.ts';
import { SCHEDULER_TENANT } from './sync/tenants-store.ts';
import { startLuaguageBridge, type LuaguageSettings } from './subgraph.ts';
import { startFaultyLuaguage } from './faulty-luaguage-for-tests.ts';

/** What a test may ask of its bridge. */
export type TestBridge = Awaited<ReturnType<typeof startTestBridge>>;

const MINUTE_MS = 60_000;
const START = new Date('2026-01-05T06:00:00Z');

export const emp001: Claims = {
  tenantId: 'tenant-001',
  factoryIds: ['factory-sh-01', 'factory-bj-01'],
  userId: 'emp-001',
  permissions: [],
  language: 'en',
  traceId: 'test',
};
export const gateway: Claims = { ...emp001, userId: 'system:gateway' };

export async function startTestBridge({
  documents,
  ...settings
}: Partial<Omit<LuaguageSettings, 'luaguageUrl' | 'documents'> & { documents: Partial<DocumentSettings> }> = {}) {
  const database = await freshDatabase('luaguage_bridge', migrationDirectories(new URL('../', import.meta.url)));
  const luaguage = await startFaultyLuaguage();
  const folder = await mkdtemp(path.join(tmpdir(), 'bridge-documents-'));
  const workOrders = new Map<string, object>();
  let now = START;
  let tenants = 0;
  let own: Claims = emp001;
  let transport: Transport;
  let live: LiveBus;
  const start = (): Promise<RunningSubgraph> => {
    transport = createInProcessTransport({ retryDelaysMs: [10, 20, 40] });
    live = createInProcessLiveBus();
    return open(transport, live);
  };
  const open = (transport: Transport, live: LiveBus): Promise<RunningSubgraph> =>
    startLuaguageBridge(
      {
        databaseUrl: database.ownerUrl,
        transport,
        live,
        graph: (_, { query, variables }) => Promise.resolve({ data: mes(query, variables?.['id'] as string) }),
        logger: pino({ enabled: false }),
        now: () => now,
      },
      {
        luaguageUrl: luaguage.url,
        attemptMs: 400,
        retryDelaysMs: [0, 0, 0],
        failuresToOpen: 1_000,
        times: { patienceMs: 400 },
        keepsInSync: false,
        ...settings,
        documents: { storage: { directory: folder }, signingSecret: 'a-secret-of-these-tests-only-0123', ...documents },
      },
    );
  const mes = (query: string, id: string) =>
    query.includes('workOrders(')
      ? {
          workOrders: {
            edges: [...workOrders.values()].map((node) => ({ node })),
            pageInfo: { hasNextPage: false, endCursor: null },
          },
        }
      : { workOrder: workOrders.get(id) ?? null };
  const asked = (of: RunningSubgraph, query: string, variables: Record<string, unknown> = {}, claims: Claims = own) =>
    of.execute({ query, variables }, of.contextFor(claims)) as Promise<ExecutionResult<Answer>>;
  const systemContext = (of: RunningSubgraph, tenantId: string) =>
    of.contextFor({ ...own, tenantId, factoryIds: ['*'], userId: 'system:luaguage-bridge' }) as Context;
  const look = async (of: RunningSubgraph) => {
    await shareHealth(systemContext(of, SCHEDULER_TENANT));
    await watch(systemContext(of, own.tenantId));
  };
  let bridge = await start();
  const stopBridge = async (): Promise<void> => {
    await bridge.stop();
    await transport.close();
    await live.close();
  };
  const reset = (): void => {
    now = START;
    luaguage.feel('WELL');
    luaguage.asked.length = 0;
  };
  return {
    luaguage,
    /** What mes answers about its orders. */
    workOrders,
    /** Of the bridge that runs now. */
    transport: () => transport,
    ownerUrl: database.ownerUrl,
    /** Where its documents are, unless a bucket was given. */
    folder,
    now: () => now,
    reset,
    /** Nothing is known of the ERP to a tenant that never asked: a fresh start without a fresh database. */
    asNewTenant: () => {
      reset();
      own = { ...emp001, tenantId: `tenant-new-${++tenants}` };
    },
    passMinutes: (minutes: number) => {
      now = new Date(now.getTime() + minutes * MINUTE_MS);
    },
    ask: (query: string, variables?: Record<string, unknown>, claims?: Claims) =>
      asked(bridge, query, variables, claims),
    /** As the tests do who ask now. */
    context: () => systemContext(bridge, own.tenantId),
    /** One more process on the same database, with a memory of its own. */
    another: async () => {
      const [ownTransport, ownLive] = [createInProcessTransport({ retryDelaysMs: [10] }), createInProcessLiveBus()];
      const other = await open(ownTransport, ownLive);
      return {
        ask: (query: string, variables?: Record<string, unknown>, claims?: Claims) =>
          asked(other, query, variables, claims),
        lookAtErp: () => look(other),
        stop: async () => {
          await other.stop();
          await ownTransport.close();
          await ownLive.close();
        },
      };
    },
    /** As other subgraphs do; delivered to the consumers of this bridge. */
    publish: (...events: readonly OutboxEvent[]) => transport.publish(events),
    /** Until the bridge is started again. */
    watch: (topic: string, onTick: () => void) => live.subscribe(topic, onTick),
    /** What it serves beside the graph. */
    route: (path: string) => bridge.routes?.find(({ prefix }) => path.startsWith(prefix)),
    /** One look at the ERP's interfaces, as the bridge takes by itself each second. */
    lookAtErp: () => look(bridge),
    /** What is due is asked for, as the bridge does by itself each second; how much that was. */
    recheck: () => recheckDue(systemContext(bridge, own.tenantId)),
    /** As the bridge does by itself now and then. */
    forgetAbandoned: () => purgeAbandoned(bridge.contextFor({ ...own, userId: 'system:luaguage-bridge' }) as Context),
    restart: async () => {
      await stopBridge();
      bridge = await start();
    },
    stop: async () => {
      await stopBridge();
      await luaguage.stop();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

// Tests look into answers by hand; a wrong path is a failing expectation.
type Answer = Record<string, unknown>;
