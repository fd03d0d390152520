import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { z } from 'zod';
import { fault } from './fault.ts';
import type { RunningSubgraph } from './running-subgraph.ts';
import { CONTEXT_HEADER, verifyContext, type SigningKeys } from './signed-context.ts';

const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Of files; the gateway lets nothing else take so long. */
const LONGEST_REQUEST_MS = 600_000;

const requestSchema = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/** Puts a subgraph on a port. Whatever does not carry the gateway's signature is refused before it is parsed. */
export async function serveHttp(
  subgraph: RunningSubgraph,
  options: { host: string; port: number; keys: SigningKeys; logger: Logger },
): Promise<Server> {
  const server = createServer({ requestTimeout: LONGEST_REQUEST_MS }, (request, response) => {
    route(subgraph, options.keys, request, response).catch((error: unknown) => {
      options.logger.error({ err: error }, 'request failed');
      send(response, 500, { errors: [fault('INTERNAL_SERVER_ERROR')] });
    });
  });
  // Longer than the idle time of the gateway's pool, so that the side that opens connections also closes them.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return server;
}

async function route(subgraph: RunningSubgraph, keys: SigningKeys, request: IncomingMessage, response: ServerResponse) {
  if (request.url === '/livez') return send(response, 200, { status: 'ok' });
  if (request.url === '/readyz') {
    const ready = await subgraph.isReady();
    const readReplica = subgraph.readReplica?.() ?? undefined;
    const isWhole = readReplica === undefined || readReplica.state === 'IN_USE';
    const status = !ready ? 'unready' : isWhole ? 'ok' : 'degraded';
    return send(response, ready ? 200 : 503, { status, readReplica });
  }
  const own = subgraph.routes?.find(({ prefix }) => request.url?.startsWith(prefix));
  if (own) return own.handle(request, response);
  if (request.url !== '/graphql' || request.method !== 'POST') return send(response, 404, { status: 'not found' });

  const body = await readBody(request);
  if (body === null)
    return send(response, 413, { errors: [fault('BAD_USER_INPUT', 'The request body is too large.')] });
  const header = request.headers[CONTEXT_HEADER];
  const claims = verifyContext(typeof header === 'string' ? header : undefined, subgraph.name, body, keys);
  if (!claims) return send(response, 401, { errors: [fault('NOT_FROM_GATEWAY')] });

  const read = requestSchema.safeParse(JSON.parse(body));
  if (!read.success) return send(response, 400, { errors: [fault('BAD_USER_INPUT')] });
  const { query, variables, operationName } = read.data;
  const result = await subgraph.execute(
    { query, variables: variables ?? undefined, operationName: operationName ?? undefined },
    subgraph.contextFor(claims),
  );
  send(response, 200, result);
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
