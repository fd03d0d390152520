import type { Server } from 'node:http';
import { BlockList, type AddressInfo } from 'node:net';
import path from 'node:path';
import type { LiveBus } from '@enghub/messaging/live';
import { drainServer } from '@enghub/subgraph-kit/drain-server';
import { PERMISSIONS_TOPIC } from '@enghub/subgraph-kit/permissions-topic';
import type { HttpRoute } from '@enghub/subgraph-kit/http-route';
import type { Logger } from 'pino';
import { loadGraph, type FederatedGraph, type SourceFactory } from './apollo-adapter.ts';
import { startApolloServer } from './apollo-server.ts';
import { createGuard } from './authorisation/guard.ts';
import { readNeeds, type Needs } from './authorisation/read-needs.ts';
import { guardedNonNullFields, unguardedRootFields } from './authorisation/schema-checks.ts';
import { selectionTrees } from './authorisation/selection-tree.ts';
import { graphsByContract } from './contracts/graphs.ts';
import { guardedExecution } from './guarded-execution.ts';
import type { Demo } from './http/dev-token-route.ts';
import { createFront } from './http/front.ts';
import { graphqlRoute } from './http/graphql-route.ts';
import { pageRoute } from './http/page-route.ts';
import { statusRoute } from './http/status-route.ts';
import { createIdentity } from './identity/identity.ts';
import { rememberPermissions, type PermissionSource, type PermissionTimes } from './identity/permissions.ts';
import { createTokenVerifier, type TokenRules } from './identity/verify-token.ts';
import { createAdmission } from './limits/admission.ts';
import { createCommandMeter } from './limits/command-meter.ts';
import { createMemoryCounters, type Counters } from './limits/counters.ts';
import { defaultLimits, type Limits } from './limits/limits.ts';
import { createRateLimits, defaultRates, type Rates } from './limits/rates.ts';
import { createLiveHub } from './live/hub.ts';
import { liveTopics } from './live/topics.ts';
import { attachSockets } from './socket/socket-server.ts';
import type { CircuitStatus } from './sources/circuit.ts';

export type GatewayOptions = Readonly<{
  host: string;
  /** 0 picks a free one. */
  port: number;
  supergraphSdl: string;
  /** How each subgraph is reached: in process or over HTTP. */
  sources: SourceFactory;
  identity: TokenRules;
  permissions: PermissionSource;
  live: LiveBus;
  logger: Logger;
  limits?: Partial<Limits>;
  rates?: Partial<Rates>;
  /** Counts calls for all gateways together; each for itself when left out. Whoever opened them closes them. */
  counters?: Counters;
  /** Whose X-Forwarded-For is believed; nobody's when left out. */
  trustedProxies?: BlockList;
  /** Offers demo users at the page and at `/dev/token`. */
  demo?: Demo | undefined;
  readiness?: () => Promise<Readonly<Record<string, boolean>>>;
  /** By subgraph, for `/status`. */
  circuits?: () => Readonly<Record<string, CircuitStatus>>;
  /** Of subgraphs in this process, for `/status`; those elsewhere tell at their own `/readyz`. */
  readReplicas?: () => Readonly<Record<string, object | null>>;
  /** What subgraphs in this process serve beside the graph. */
  routes?: readonly HttpRoute[];
  /** Other origins whose pages may open sockets, besides our own. */
  allowedOrigins?: readonly string[];
  permissionTimes?: PermissionTimes;
  /** How often the permissions behind open sockets are looked at again. */
  recheckMs?: number;
  /** How long idle connections may still be used once when it stops; for a gateway that another one takes over from. */
  drainGraceMs?: number;
}>;

export type RunningGateway = Readonly<{
  url: string;
  /** Tells the gateway that permissions are other than they were: a user's, or somebody's. */
  permissionsChanged(userId?: string): void;
  /** Drains: not ready, no new work, requests in flight are finished, sockets are closed with 1001. */
  stop(): Promise<void>;
}>;

const OPERATIONS = path.join(import.meta.dirname, '../../schema/operations');
const DRAIN_MS = 10_000;

export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { logger, live, demo, supergraphSdl } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const graph = await loadGraph(supergraphSdl, options.sources, logger);
  const treeOf = selectionTrees(graph.apiSchema);
  const needs = readNeeds(supergraphSdl);
  refuseOpenDoors(graph, needs, logger);
  const graphs = graphsByContract(graph, supergraphSdl, treeOf, logger);
  const execution = guardedExecution(graphs, createGuard(graph.apiSchema, needs, treeOf));
  const admissions = {
    whole: createAdmission(graphs.whole.apiSchema, treeOf, limits),
    partner: createAdmission(graphs.partner.apiSchema, treeOf, limits),
  };
  const permissions = rememberPermissions(options.permissions, Date.now, options.permissionTimes);
  const identity = createIdentity(createTokenVerifier(options.identity), permissions);
  const own = createMemoryCounters();
  const meter = createCommandMeter(graph.apiSchema, needs, treeOf);
  const rates = createRateLimits({ ...defaultRates, ...options.rates }, meter, {
    own,
    shared: options.counters ?? own,
  });
  const proxies = options.trustedProxies ?? new BlockList();
  const servers = {
    whole: await startApolloServer(graphs.whole, execution, admissions.whole, rates, logger),
    partner: await startApolloServer(graphs.partner, execution, admissions.partner, rates, logger),
  };
  const hub = createLiveHub({ api: graph.apiSchema, treeOf, execution, bus: live, topics: liveTopics, logger });

  let draining = false;
  const front = createFront({
    graphql: graphqlRoute({ servers, identity, admissions, limits, rates, proxies }),
    page: pageRoute(demo, OPERATIONS),
    status: statusRoute(identity, () => ({
      draining,
      subgraphs: options.circuits?.() ?? {},
      ...(options.readReplicas && { readReplicas: options.readReplicas() }),
      rateLimits: { sharedWithOtherGateways: options.counters?.isShared() ?? false },
      sockets: sockets.count(),
      live: hub.stats(),
    })),
    demo,
    routes: options.routes ?? [],
    readiness: options.readiness ?? (async () => ({})),
    isDraining: () => draining,
    limits,
    logger,
  });
  const sockets = attachSockets(front, {
    identity,
    admissions,
    execution,
    hub,
    limits,
    rates,
    proxies,
    permissions,
    logger,
    graphs,
    allowedOrigins: options.allowedOrigins ?? [],
    recheckMs: options.recheckMs ?? 30_000,
  });
  const permissionsChanged = (userId?: string): void => {
    permissions.changed(userId);
    sockets.recheck(userId);
  };
  const deaf = await live.subscribe(PERMISSIONS_TOPIC, () => permissionsChanged());
  const stopBehindFront = async (): Promise<void> => {
    deaf();
    await hub.stop();
    await Promise.all([servers.whole.stop(), servers.partner.stop()]);
    await graph.stop();
  };
  try {
    await listen(front, options.port, options.host);
  } catch (error) {
    sockets.stop();
    await stopBehindFront();
    throw error;
  }
  const { port } = front.address() as AddressInfo;

  return {
    url: `http://${options.host}:${port}`,
    permissionsChanged,
    async stop() {
      draining = true;
      sockets.stop();
      await drainServer(front, { graceMs: options.drainGraceMs ?? 0, deadlineMs: DRAIN_MS });
      await stopBehindFront();
    },
  };
}

/** Composition is checked for this in CI; a gateway that is given another graph must not trust it. */
function refuseOpenDoors({ apiSchema }: FederatedGraph, needs: Needs, logger: Logger): void {
  const open = unguardedRootFields(apiSchema, needs);
  if (open.length > 0) throw new Error(`the graph has root fields that nothing guards: ${open.join(', ')}`);
  const fragile = guardedNonNullFields(apiSchema, needs);
  if (fragile.length > 0) logger.warn({ fields: fragile }, 'denying these fields blanks their parents as well');
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? busy(port) : error));
    server.listen(port, host, resolve);
  });
}

const busy = (port: number) =>
  new Error(`port ${port} is in use: stop the other program, or choose another one with PORT`);
