/** The gateway's HTTP side: a small router with time-outs, health and an access log. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { devTokenRoute, type Demo } from './dev-token-route.ts';
import { callLine } from '../call-line.ts';
import type { Limits } from '../limits/limits.ts';
import type { GraphqlRoute, RouteRecord } from './graphql-route.ts';
import type { PageRoute } from './page-route.ts';
import type { HttpRoute } from '@enghub/subgraph-kit/http-route';
import { pathOf, sendError, sendJson } from './responses.ts';
import type { StatusRoute } from './status-route.ts';

export type FrontOptions = Readonly<{
  graphql: GraphqlRoute;
  page: PageRoute;
  status: StatusRoute;
  demo: Demo | undefined;
  /** What others serve on this port. */
  routes: readonly HttpRoute[];
  /** Whether each thing that the gateway leans on is there; empty while draining is decided elsewhere. */
  readiness: () => Promise<Readonly<Record<string, boolean>>>;
  isDraining: () => boolean;
  limits: Pick<Limits, 'headMs' | 'requestMs'>;
  logger: Logger;
}>;

/** Of files; see `limitTime` for the others. */
const LONGEST_REQUEST_MS = 600_000;

export function createFront(options: FrontOptions): Server {
  const { logger } = options;
  const readyz = readinessRoute(options);
  const { headMs } = options.limits;
  const server = createServer({
    headersTimeout: headMs,
    requestTimeout: LONGEST_REQUEST_MS,
    connectionsCheckingInterval: Math.min(2_000, headMs / 2),
  });
  server.keepAliveTimeout = 65_000;
  server.maxHeadersCount = 100;

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const startedAt = performance.now();
    const record: RouteRecord = { errors: 0 };
    response.once('close', () => logRequest(logger, request, response, record, performance.now() - startedAt));
    if (options.isDraining()) response.setHeader('connection', 'close');
    route({ ...options, readyz }, request, response, record).catch((error: unknown) => {
      // A client that went away mid-request is no accident of ours.
      if (!request.destroyed || request.complete) logger.error({ err: error }, 'request failed');
      sendError(response, 500, 'INTERNAL_SERVER_ERROR', 'Internal server error');
    });
  });
  return server;
}

type Routes = FrontOptions & Readonly<{ readyz: (response: ServerResponse) => Promise<void> }>;

async function route(options: Routes, request: IncomingMessage, response: ServerResponse, record: RouteRecord) {
  const path = pathOf(request);
  const mounted = options.routes.find(({ prefix }) => path.startsWith(prefix));
  if (!mounted?.takesLong) limitTime(request, response, options.limits.requestMs);
  if (path === '/graphql') return options.graphql(request, response, record);
  if (path === '/livez') return sendJson(response, 200, { status: 'ok' });
  if (path === '/readyz') return options.readyz(response);
  if (path === '/status') return options.status(request, response);
  if (path === '/dev/token' && options.demo) return devTokenRoute(options.demo, request, response);
  if (mounted) return mounted.handle(request, response);
  if (await options.page(request, response)) return;
  sendError(response, 404, 'NOT_FOUND', 'There is nothing here. The graph is at /graphql.');
}

/** Whoever sends half a request must not keep us waiting for the rest. */
function limitTime(request: IncomingMessage, response: ServerResponse, ms: number): void {
  if (request.complete) return;
  const late = setTimeout(() => {
    if (request.complete) return;
    sendError(response, 408, 'REQUEST_TOO_SLOW', 'The request did not come in time.', { connection: 'close' });
    response.once('finish', () => request.destroy());
  }, ms);
  late.unref();
  for (const end of ['end', 'close']) request.once(end, () => clearTimeout(late));
}

/**
 * Ready once everything has been there. From then on one subgraph that is away is no reason to send the users of the
 * others away: the gateway answers what it can and says `degraded`.
 */
function readinessRoute({ readiness, isDraining }: FrontOptions) {
  let wasWhole = false;
  return async (response: ServerResponse): Promise<void> => {
    if (isDraining()) return sendJson(response, 503, { status: 'draining' });
    const checks = await readiness();
    const there = Object.values(checks);
    const isWhole = there.every(Boolean);
    wasWhole ||= isWhole;
    const isReady = isWhole || (wasWhole && there.some(Boolean));
    const status = isWhole ? 'ok' : isReady ? 'degraded' : 'unready';
    sendJson(response, isReady ? 200 : 503, { status, checks });
  };
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
  const about = { method: request.method, path: path.slice(0, 100), status: response.statusCode };
  logger.info({ ...about, ...callLine({ ...record, outcome, ms, claims }) }, 'request');
}
