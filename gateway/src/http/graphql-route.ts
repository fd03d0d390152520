import type { ApolloServer } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import type { HttpContext, RequestRecord } from '../apollo-server.ts';
import type { PerContract } from '../contracts/contract-of.ts';
import { refusalText, type Identified, type Identity, type IdentityRefusal } from '../identity/identity.ts';
import { addressOf, factoryOf, languageOf, originOf, traceIdOf } from '../identity/request-traits.ts';
import type { Admission } from '../limits/admission.ts';
import type { Limits } from '../limits/limits.ts';
import { RATE_LIMITED, rateLimitedText, type RateLimits, type TooFast } from '../limits/rates.ts';
import { presentErrors } from '../present-errors.ts';
import { contextOf, type Viewer } from '../viewer.ts';
import { isHarmlessGet } from './csrf.ts';
import { readJsonBody } from './read-body.ts';
import { send, sendError, sendJson } from './responses.ts';

export type GraphqlRoute = (request: IncomingMessage, response: ServerResponse, record: RouteRecord) => Promise<void>;

export type RouteRecord = RequestRecord & { viewer?: Viewer; refusal?: string };

export type GraphqlRouteOptions = Readonly<{
  servers: PerContract<ApolloServer<HttpContext>>;
  identity: Identity;
  admissions: PerContract<Admission>;
  limits: Limits;
  rates: RateLimits;
  proxies: BlockList;
}>;

export function graphqlRoute({
  servers,
  identity,
  admissions,
  limits,
  rates,
  proxies,
}: GraphqlRouteOptions): GraphqlRoute {
  return async (request, response, record) => {
    const refuse = (...[status, code, message, headers, more]: RefusalAnswer): void => {
      record.refusal = code;
      sendError(response, status, code, message, headers, more);
    };
    const address = addressOf(request, proxies) ?? '';
    const crowded = await rates.ofAddress(address);
    if (crowded) return refuse(...tooFast(crowded));
    const method = request.method ?? '';
    if (method !== 'POST' && method !== 'GET') {
      return refuse(405, 'METHOD_NOT_ALLOWED', 'Send GET or POST.', { allow: 'GET, POST' });
    }
    const identified = await identify(request, identity, proxies);
    if (!identified.ok) {
      const late = identified.refusal === 'UNAUTHENTICATED' ? await rates.ofStranger(address) : null;
      return refuse(...(late ? tooFast(late) : refusalAnswer(identified.refusal)));
    }
    const { viewer } = identified;
    record.viewer = viewer;
    const late = await rates.ofViewer(viewer, address);
    if (late) return refuse(...tooFast(late));

    const search = new URL(request.url ?? '/', 'http://gateway').search;
    const query = method === 'GET' ? new URLSearchParams(search).get('query') : null;
    let body: unknown = '';
    if (method === 'POST' && /^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      const read = await readJsonBody(request, limits);
      if (!read.ok) return refuse(read.status, read.code, read.message, { connection: 'close' });
      body = read.body;
    }

    const excess = textExcess(query ?? (body as { query?: unknown } | null)?.query, admissions[viewer.contract]);
    if (excess) {
      record.refusal = String(excess.extensions.code);
      return sendJson(response, 400, { errors: presentErrors([excess], viewer.claims.traceId) });
    }

    const headers = headersOf(request);
    if (method === 'GET' && isHarmlessGet(request.headers, query)) headers.set('apollo-require-preflight', 'harmless');
    const answer = await servers[viewer.contract].executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers, search, body },
      context: async () => ({ ...contextOf(viewer), record }),
    });
    if (answer.body.kind !== 'complete') throw new Error('incremental delivery is not offered');
    const answerHeaders = Object.fromEntries(answer.headers);
    send(response, answer.status ?? 200, answer.body.string, { ...answerHeaders, 'x-trace-id': viewer.claims.traceId });
  };
}

async function identify(request: IncomingMessage, identity: Identity, proxies: BlockList): Promise<Identified> {
  const given = request.headersDistinct.authorization ?? [];
  // Which of two tokens counts would depend on who reads them.
  if (given.length > 1) return { ok: false, refusal: 'UNAUTHENTICATED' };
  return identity.identify(given[0], {
    language: languageOf(request.headers['accept-language']),
    traceId: traceIdOf(single(request.headers.traceparent)),
    origin: originOf(request, proxies),
    factoryId: factoryOf(request.headers['x-factory-id']),
  });
}

type RefusalAnswer = [
  status: number,
  code: string,
  message: string,
  headers?: Record<string, string>,
  more?: Readonly<Record<string, unknown>>,
];

const tooFast = (late: TooFast): RefusalAnswer => [
  429,
  RATE_LIMITED,
  rateLimitedText(late),
  { 'retry-after': String(late.retryAfterSeconds) },
  late,
];

function refusalAnswer(refusal: IdentityRefusal): RefusalAnswer {
  if (refusal === 'IDENTITY_UNAVAILABLE') return [503, refusal, refusalText[refusal], { 'retry-after': '5' }];
  if (refusal === 'FACTORY_NOT_ALLOWED')
    return [403, 'FORBIDDEN', refusalText[refusal], undefined, { reason: refusal }];
  return [401, refusal, refusalText[refusal], { 'www-authenticate': 'Bearer' }];
}

/** Apollo Server names what is no text or no GraphQL; excess is refused before it looks. */
function textExcess(query: unknown, admission: Admission) {
  if (typeof query !== 'string' || query === '') return undefined;
  const error = admission.checkText(query);
  return error?.extensions.code === 'GRAPHQL_PARSE_FAILED' ? undefined : error;
}

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);
