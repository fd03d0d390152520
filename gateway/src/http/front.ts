/** The gateway's HTTP side: a small router with time-outs, health and an access log. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { devTokenRoute, type Demo } from './dev-token-route.ts';
import type { GraphqlRoute, RouteRecord } from './graphql-route.ts';
import type { PageRoute } from './page-route.ts';
import type { HttpRoute } from '@enghub/subgraph-kit/http-route';
import { pathOf, sendError, sendJson } from './responses.ts';

export type FrontOptions = Readonly<{
  graphql: GraphqlRoute;
  page: PageRoute;
  demo: Demo | undefined;
  /** What others serve on this port. */
  routes: readonly HttpRoute[];
  /** Whether each thing that the gateway leans on is there; empty while draining is decided elsewhere. */
  readiness: () => Promise<Readonly<Record<string, boolean>>>;
  isDraining: () => boolean;
  logger: Logger;
}>;

export function createFront(options: FrontOptions): Server {
  const { logger } = options;
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2_000 });
  server.keepAliveTimeout = 65_000;
  server.maxHeadersCount = 100;

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const startedAt = performance.now();
    const record: RouteRecord = { errors: 0 };
    response.once('close', () => logRequest(logger, request, response, record, performance.now() - startedAt));
    if (options.isDraining()) response.setHeader('connection', 'close');
    route(options, request, response, record).catch((error: unknown) => {
      // A client that went away mid-request is no accident of ours.
      if (!request.destroyed || request.complete) logger.error({ err: error }, 'request failed');
      sendError(response, 500, 'INTERNAL_SERVER_ERROR', 'Internal server error');
    });
  });
  return server;
}

async function route(options: FrontOptions, request: IncomingMessage, response: ServerResponse, record: RouteRecord) {
  const path = pathOf(request);
  if (path === '/graphql') return options.graphql(request, response, record);
  if (path === '/livez') return sendJson(response, 200, { status: 'ok' });
  if (path === '/readyz') return readyz(options, response);
  if (path === '/dev/token' && options.demo) return devTokenRoute(options.demo, request, response);
  const mounted = options.routes.find(({ prefix }) => path.startsWith(prefix));
  if (mounted) return mounted.handle(request, response);
  if (await options.page(request, response)) return;
  sendError(response, 404, 'NOT_FOUND', 'There is nothing here. The graph is at /graphql.');
}

async function readyz({ readiness, isDraining }: FrontOptions, response: ServerResponse): Promise<void> {
  if (isDraining()) return sendJson(response, 503, { status: 'draining' });
  const checks = await readiness();
  const ready = Object.values(checks).every(Boolean);
  sendJson(response, ready ? 200 : 503, { status: ready ? 'ok' : 'unready', checks });
}

const QUIET = new Set(['/livez', '/readyz']);

function logRequest(
  logger: Logger,
  request: IncomingMessage,
  response: ServerResponse,
  record: RouteRecord,
  ms: number,
): void {
  const path = pathOf(request);
  if (QUIET.has(path)) return;
  const claims = record.viewer?.claims;
  const outcome = record.refusal ?? (response.writableFinished ? (record.errors > 0 ? 'errors' : 'ok') : 'aborted');
  logger.info(
    {
      method: request.method,
      path: path.slice(0, 100),
      status: response.statusCode,
      durationMs: Math.round(ms * 10) / 10,
      outcome,
      ...(claims?.userId ? { userId: claims.userId, tenantId: claims.tenantId } : {}),
      ...(record.operationType ? { operationType: record.operationType } : {}),
      ...(record.operationName ? { operation: record.operationName.slice(0, 100) } : {}),
      ...(record.errors > 0 ? { errors: record.errors } : {}),
      ...(claims ? { traceId: claims.traceId } : {}),
    },
    'request',
  );
}
