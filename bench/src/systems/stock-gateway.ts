/**
 * Our gateway with Apollo's own RemoteGraphQLDataSource in place of ours, to measure one against the other. Nothing
 * else differs: the same front, guard and limits, the same signature for the same subgraphs.
 */
import { RemoteGraphQLDataSource, type GraphQLDataSource } from '@apollo/gateway';
import { readConfig } from '@enghub/gateway/config';
import { demoOverHttp } from '@enghub/gateway/demo-over-http';
import { startGateway } from '@enghub/gateway/gateway';
import { bridgePermissions } from '@enghub/gateway/identity/bridge-permissions';
import { issuerKeys } from '@enghub/gateway/identity/issuer-keys';
import type { GatewayContext } from '@enghub/gateway/viewer';
import { connectRabbitLiveBus } from '@enghub/messaging/live';
import { CONTEXT_HEADER, signContext, type SigningKeys } from '@enghub/subgraph-kit/signed-context';
import { readFileSync } from 'node:fs';
import { pino } from 'pino';

function stockSource(name: string, url: string, keys: SigningKeys): GraphQLDataSource {
  return new RemoteGraphQLDataSource({
    url,
    willSendRequest({ request, context }) {
      // The body that is signed must be the very text that is sent afterwards: this is how it is put together there.
      const { query, http, ...rest } = request;
      const body = JSON.stringify({ query, ...rest });
      http!.headers.set(CONTEXT_HEADER, signContext((context as GatewayContext).viewer.claims, name, body, keys));
    },
  });
}

const read = readConfig(process.env);
if (!read.ok) throw new Error(read.problems);
const { config } = read;
const logger = pino({ name: 'stock-gateway', level: config.logLevel });
const sources = new Map<string, GraphQLDataSource>();
const live = await connectRabbitLiveBus(config.rabbitMqUrl, { logger });
const gateway = await startGateway({
  host: config.host,
  port: config.port,
  supergraphSdl: readFileSync(new URL('../../../schema/supergraph.graphql', import.meta.url), 'utf8'),
  sources: (name, url) => {
    const known = sources.get(name);
    if (known) return known;
    const source = stockSource(name, config.subgraphUrls.get(name) ?? url, config.signingKeys);
    sources.set(name, source);
    return source;
  },
  identity: { keys: issuerKeys({ url: config.jwksUrl }), issuer: config.issuer, audience: config.audience },
  permissions: { for: (userId, tenantId) => bridgePermissions(sources.get('luaguage-bridge')!).for(userId, tenantId) },
  live,
  logger,
  demo: config.demoTokensUrl ? demoOverHttp(config.demoTokensUrl) : undefined,
});

process.once('SIGTERM', () => {
  void gateway
    .stop()
    .then(() => live.close())
    .then(() => process.exit(0));
});
