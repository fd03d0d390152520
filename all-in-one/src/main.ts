/** `npm start`: gateway, five subgraphs, PostgreSQL and a simulated ERP, started and stopped together. */
import { openCache } from '@enghub/cache/open-cache';
import { startGateway, type RunningGateway } from '@enghub/gateway/gateway';
import { bridgePermissions } from '@enghub/gateway/identity/bridge-permissions';
import { issuerKeys } from '@enghub/gateway/identity/issuer-keys';
import { sharedPermissions } from '@enghub/gateway/identity/shared-permissions';
import { openCounters } from '@enghub/gateway/limits/counters';
import { inProcessSource, type InProcessSource } from '@enghub/gateway/sources/in-process-source';
import { WEBHOOK_PATH } from '@enghub/luaguage-bridge/webhooks/route';
import { describeImport } from '@enghub/plant-log/import-report';
import { progressBar } from '@enghub/plant-log/progress';
import closeWithGrace from 'close-with-grace';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pino, type Logger } from 'pino';
import { readConfig, type Config } from './config.ts';
import { importOnce } from './first-import.ts';
import { startSystem } from './system.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
type System = Awaited<ReturnType<typeof startSystem>>;

async function main(): Promise<void> {
  const startedAt = performance.now();
  const config = readConfig(process.env, root);
  // Libraries are quicker, and silent about their inside, when they believe that this is production.
  process.env.NODE_ENV ??= 'production';
  const logger = pino({ level: config.logLevel });
  console.log('Starting EngHub MES …');

  let system: System | undefined;
  let gateway: RunningGateway | undefined;
  closeWithGrace({ delay: 20_000, logger: false }, async ({ err }) => {
    if (err) logger.fatal({ err }, 'stopping after an error');
    await gateway?.stop();
    await system?.stop();
    // A start that failed is stopped like any other, but is no success.
    if (process.exitCode) process.exit(process.exitCode);
  });
  system = await startSystem(config, logger);
  const loading = { done: config.importFile === null || system.simulator === null };
  gateway = await openGateway(config, system, logger, loading);
  if (system.simulator && system.webhookSecret) {
    system.simulator.webhooks.sendTo({ url: `${gateway.url}${WEBHOOK_PATH}`, secret: system.webhookSecret });
  }
  console.log(`The graph answers at ${gateway.url}/graphql (${seconds(startedAt)} s). Stop with Ctrl-C.`);

  if (!loading.done) await loadExample(config, system, gateway.url);
  loading.done = true;
  console.log(welcome(gateway.url, system));
}

async function openGateway(
  config: Config,
  system: System,
  logger: Logger,
  loading: { done: boolean },
): Promise<RunningGateway> {
  const { subgraphs, simulator, live } = system;
  const { settings } = config;
  const sources = new Map<string, InProcessSource>();
  const source = (name: string): InProcessSource => {
    const known = sources.get(name);
    if (known) return known;
    const fresh = inProcessSource(subgraphs.get(name)!, logger, { deadlineMs: settings.subgraphDeadlineMs });
    sources.set(name, fresh);
    return fresh;
  };
  const shared = { url: config.redisUrl ?? undefined, prefix: `${settings.redisPrefix}:gateway`, logger };
  const [counters, cache] = await Promise.all([openCounters(shared), openCache(shared)]);
  const gateway = await startGateway({
    host: config.host,
    port: config.port,
    supergraphSdl: readFileSync(`${root}schema/supergraph.graphql`, 'utf8'),
    sources: source,
    identity: {
      keys: issuerKeys({ url: config.identity?.jwksUrl ?? `${simulator!.url}/.well-known/jwks.json` }),
      issuer: config.identity?.issuer ?? simulator!.issuer,
      audience: config.audience,
    },
    permissions: sharedPermissions(bridgePermissions(source('luaguage-bridge')), cache),
    rates: settings.rates,
    counters,
    trustedProxies: settings.trustedProxies,
    readReplicas: () => Object.fromEntries([...subgraphs].map(([name, it]) => [name, it.readReplica?.() ?? null])),
    circuits: () => Object.fromEntries([...sources].map(([name, it]) => [name, it.circuit()])),
    live,
    logger,
    demo: simulator ? { users: simulator.demoUsers, tokenFor: simulator.tokenFor } : undefined,
    routes: [...subgraphs.values()].flatMap(({ routes = [] }) => routes),
    readiness: async () => {
      const ready = await Promise.all(
        [...subgraphs.values()].map(async (it) => [it.name, await it.isReady()] as const),
      );
      return { ...Object.fromEntries(ready), ...(loading.done ? {} : { examplePlant: false }) };
    },
  });
  return {
    ...gateway,
    async stop() {
      await gateway.stop();
      await Promise.all([counters.close(), cache.close()]);
    },
  };
}

/** A failure here leaves a system that works and a plant that is not whole: say so, and try again at the next start. */
async function loadExample(config: Config, { simulator }: System, url: string): Promise<void> {
  try {
    const outcome = await importOnce({
      file: config.importFile!,
      dataDirectory: config.dataDirectory,
      url,
      tokenFor: simulator!.tokenFor,
      progress: progressBar('Importing the example plant', process.stdout),
    });
    if (outcome) console.log(`${describeImport(outcome)}\n`);
  } catch (error) {
    console.error(`The example plant was not imported: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1);

const welcome = (url: string, { simulator }: System) => `
  Explore and sign in   ${url}/
  Graph                 ${url}/graphql   (HTTP and graphql-transport-ws)${
    simulator
      ? `
  A token               npm run token -- emp-001
  Watch the floor move  npm run replay -- examples/production-log-2012.csv --speed 600
  Demo users            ${simulator.demoUsers.map((user) => `${user.id} (${user.role})`).join(', ')}`
      : ''
  }
`;

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
  // Whatever had been started is stopped by closing in good order.
  process.kill(process.pid, 'SIGTERM');
}
