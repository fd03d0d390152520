/** The gateway as a process of its own, in front of subgraphs reached over HTTP. */
import { openCache } from '@enghub/cache/open-cache';
import { connectRabbitLiveBus } from '@enghub/messaging/live';
import closeWithGrace from 'close-with-grace';
import { readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { readConfig, type Config } from './config.ts';
import { demoOverHttp } from './demo-over-http.ts';
import { startGateway } from './gateway.ts';
import { forwardRoute } from './http/forward-route.ts';
import { bridgePermissions } from './identity/bridge-permissions.ts';
import { issuerKeys } from './identity/issuer-keys.ts';
import { sharedPermissions } from './identity/shared-permissions.ts';
import { openCounters } from './limits/counters.ts';
import type { PermissionSource } from './identity/permissions.ts';
import { httpSource, type HttpSource } from './sources/http-source.ts';

const SUPERGRAPH = new URL('../../schema/supergraph.graphql', import.meta.url);
const BRIDGE = 'luaguage-bridge';
/** Another gateway may stand beside this one, and clients have connections to it that are about to be used. */
const DRAIN_GRACE_MS = 2_000;

async function main(config: Config): Promise<void> {
  const logger = pino({ name: 'gateway', level: config.logLevel });
  const supergraphSdl = await readFile(SUPERGRAPH, 'utf8');
  const { settings, redisUrl } = config;
  const subgraphs = new Map<string, HttpSource>();
  const origins = new Map<string, string>();
  const sourceFor = (name: string, url: string): HttpSource => {
    const known = subgraphs.get(name);
    if (known) return known;
    const at = config.subgraphUrls.get(name) ?? url;
    origins.set(name, new URL(at).origin);
    const source = httpSource({
      name,
      url: at,
      keys: config.signingKeys,
      logger,
      deadlineMs: settings.subgraphDeadlineMs,
    });
    subgraphs.set(name, source);
    return source;
  };
  const live = await connectRabbitLiveBus(config.rabbitMqUrl, { logger, prefix: config.rabbitMqPrefix });
  const shared = { url: redisUrl, prefix: `${settings.redisPrefix}:gateway`, logger };
  const [counters, cache] = await Promise.all([openCounters(shared), openCache(shared)]);
  const bridge: PermissionSource = { for: (...who) => bridgePermissions(subgraphs.get(BRIDGE)!).for(...who) };
  // The gateway is the only one whom clients can reach.
  const documents = forwardRoute({ prefix: '/documents/', origin: () => origins.get(BRIDGE), logger });
  const gateway = await startGateway({
    host: config.host,
    port: config.port,
    supergraphSdl,
    sources: sourceFor,
    identity: { keys: issuerKeys({ url: config.jwksUrl }), issuer: config.issuer, audience: config.audience },
    permissions: sharedPermissions(bridge, cache),
    rates: settings.rates,
    counters,
    trustedProxies: settings.trustedProxies,
    circuits: () => Object.fromEntries([...subgraphs].map(([name, source]) => [name, source.circuit()])),
    live,
    logger,
    routes: [documents],
    demo: config.demoTokensUrl ? demoOverHttp(config.demoTokensUrl) : undefined,
    allowedOrigins: config.allowedOrigins,
    drainGraceMs: DRAIN_GRACE_MS,
    readiness: async () => {
      const checks = [...subgraphs].map(async ([name, source]) => [name, await source.isReady()] as const);
      return Object.fromEntries(await Promise.all(checks));
    },
  });
  logger.info({ url: gateway.url }, 'gateway is up');

  closeWithGrace({ delay: 15_000 }, async ({ err }) => {
    if (err) logger.error({ err }, 'stopping after an error');
    await gateway.stop();
    await Promise.all([live.close(), counters.close(), cache.close()]);
    await Promise.all([...subgraphs.values()].map((source) => source.close()));
  });
}

const read = readConfig(process.env);
if (!read.ok) {
  console.error(`The gateway cannot start:\n${read.problems}`);
  process.exitCode = 1;
} else {
  main(read.config).catch((error: unknown) => {
    console.error(`The gateway cannot start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  });
}
