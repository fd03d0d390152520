/** The files themselves, over HTTP. Whoever comes here has a URL that the graph signed for them. */
import type { HttpRoute } from '@enghub/subgraph-kit/http-route';
import type { Claims } from '@enghub/subgraph-kit/claims';
import { GraphQLError } from 'graphql';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import type { Context } from '../context.ts';
import { refuse, sendJson, type Refusal } from './answering.ts';
import { fileHeaders } from './file-headers.ts';
import { receive, type ReceivingTimes } from './receiving.ts';
import { mediaType } from './rules.ts';
import { StorageTrouble } from './storage.ts';
import { DOCUMENTS_PATH, type Grant, type SignedUrls } from './signed-urls.ts';
import type { Version } from './store.ts';
import { contentOf, mayUse, storeVersion, versionOf } from './transfers.ts';

export type DocumentRouteOptions = Readonly<{
  urls: SignedUrls;
  contextFor: (claims: Claims) => Context;
  /** Uploads at the same time, and as many downloads; whoever comes too many comes again. */
  maxParallel: number;
  times?: ReceivingTimes | undefined;
  now: () => Date;
  logger: Logger;
}>;

/** How long somebody may take to fetch the next piece. */
const FETCH_IDLE_MS = 60_000;

export function documentRoute({ urls, contextFor, maxParallel, times, now, logger }: DocumentRouteOptions): HttpRoute {
  const free = { PUT: maxParallel, GET: maxParallel };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    if (!['GET', 'HEAD', 'PUT'].includes(method)) return refuse(request, response, 'METHOD_NOT_ALLOWED');
    const grant = urls.grantOf({ method, url }, now());
    if (!grant) return refuse(request, response, 'NOT_ALLOWED');
    const context = contextFor(claimsOf(grant));
    if (!(await mayUse(grant, context))) return refuse(request, response, 'NOT_ALLOWED');
    const version = await versionOf(grant, context);
    if (!version) return refuse(request, response, 'NOT_FOUND');
    if (free[grant.method] <= 0) return refuse(request, response, 'TOO_MANY');
    free[grant.method] -= 1;
    try {
      if (grant.method === 'PUT') await take(version, request, response, context);
      else await give(version, request, response, context);
    } finally {
      free[grant.method] += 1;
    }
  }

  async function take(version: Version, request: IncomingMessage, response: ServerResponse, context: Context) {
    const wrong = wrongIn(version, request);
    if (wrong) return refuse(request, response, wrong);
    const received = await receive(request, version, context.documents.storage.stagingFolder, times);
    if (!received.ok) return refuse(request, response, received.trouble);
    try {
      const refusal = await storeVersion(version, received.path, context);
      if (refusal) return refuse(request, response, refusal);
    } finally {
      await rm(received.path, { force: true });
    }
    const { documentId, number, sha256 } = version;
    sendJson(response, 201, { documentId, number, sha256 });
  }

  async function give(version: Version, request: IncomingMessage, response: ServerResponse, context: Context) {
    if (version.state !== 'STORED') return refuse(request, response, 'NOT_FOUND');
    if (request.method === 'HEAD') return void response.writeHead(200, fileHeaders(version)).end();
    const content = await contentOf(version, context);
    response.setTimeout(FETCH_IDLE_MS, () => response.destroy());
    response.writeHead(200, fileHeaders(version));
    await pipeline(content, response).catch((error: unknown) => {
      // Whoever went away needs no answer; what broke on our side is told by the missing end.
      if (content.errored) logger.error({ err: error, document: version.documentId }, 'a file broke off');
      response.destroy();
    });
  }

  return {
    prefix: DOCUMENTS_PATH,
    takesLong: true,
    handle: (request, response) =>
      handle(request, response).catch((error: unknown) => {
        // The ERP cannot be asked what the user may do.
        if (error instanceof GraphQLError) return refuse(request, response, 'UNAVAILABLE');
        logger.error({ err: error }, 'a file was not transferred');
        refuse(request, response, error instanceof StorageTrouble ? 'UNAVAILABLE' : 'INTERNAL_SERVER_ERROR');
      }),
  };
}

/** Before a byte of it is read. */
function wrongIn({ state, contentType, sizeBytes }: Version, { headers }: IncomingMessage): Refusal | null {
  if (state === 'STORED') return 'ALREADY_STORED';
  const { 'content-encoding': encoding = 'identity', 'content-type': type = '', 'content-length': length } = headers;
  if (encoding.toLowerCase() !== 'identity') return 'COMPRESSED';
  if (mediaType(type) !== contentType) return 'WRONG_CONTENT_TYPE';
  if (length === undefined || Number(length) === sizeBytes) return null;
  return Number(length) > sizeBytes ? 'TOO_LARGE' : 'TOO_SHORT';
}

const claimsOf = ({ tenantId, factoryId, userId }: Grant): Claims => ({
  tenantId,
  factoryIds: factoryId === null ? [] : [factoryId],
  userId,
  permissions: [],
  language: 'en',
  traceId: randomUUID(),
});
