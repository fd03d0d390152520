import type { GraphQLDataSource } from '@apollo/gateway';
import { CONTEXT_HEADER, signContext, type SigningKeys } from '@enghub/subgraph-kit/signed-context';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { Pool } from 'undici';
import type { GatewayContext } from '../viewer.ts';
import { createCircuit, isCircuitOpen, type CircuitStatus, type CircuitTimes } from './circuit.ts';
import { unavailable } from './unavailable.ts';
import { askOnceEach } from './unique-representations.ts';

export type HttpSourceOptions = Readonly<{
  name: string;
  url: string;
  keys: SigningKeys;
  logger: Logger;
  /** How long one fetch may take, connecting included. */
  deadlineMs?: number;
  circuit?: CircuitTimes;
}>;

export type HttpSource = GraphQLDataSource &
  Readonly<{ isReady(): Promise<boolean>; circuit(): CircuitStatus; close(): Promise<void> }>;

type Answer = Readonly<{ data?: Record<string, unknown> | null; errors?: readonly GraphQLFormattedError[] }>;

/** A subgraph at the other end of HTTP: kept-alive connections, signed context, a deadline for each fetch. */
export function httpSource(options: HttpSourceOptions): HttpSource {
  const { name, url, keys, logger, deadlineMs = 10_000 } = options;
  const circuit = createCircuit(name, logger, options.circuit);
  const { origin, pathname } = new URL(url);
  // Shorter than the 65 s of the subgraphs, so that no request meets a connection that the other side is closing.
  const pool = new Pool(origin, { connections: 64, pipelining: 1, keepAliveTimeout: 30_000, connectTimeout: 3_000 });

  async function post(body: string, header: string): Promise<Answer> {
    const response = await pool.request({
      method: 'POST',
      path: pathname,
      headers: { 'content-type': 'application/json', [CONTEXT_HEADER]: header },
      body,
      signal: AbortSignal.timeout(deadlineMs),
    });
    const { statusCode } = response;
    if (statusCode === 200) return (await response.body.json()) as Answer;
    const text = await response.body.text();
    return refusalIn(statusCode, text) ?? fail(`status ${statusCode}: ${text.slice(0, 200)}`);
  }

  return {
    async process({ request, context }) {
      const { query = '', variables, operationName } = request;
      const { claims } = (context as GatewayContext).viewer;
      const ask = (asked: typeof variables) => {
        const body = JSON.stringify({ query, variables: asked, operationName });
        const attempt = () => post(body, signContext(claims, name, body, keys));
        return attempt().catch((error: unknown) => {
          if (!mayTryAgain(query, error)) throw error;
          return attempt();
        });
      };
      try {
        return await circuit.run(() => askOnceEach(variables, ask));
      } catch (error) {
        // Told once when it opened; a line for each request it spares would fill the disk.
        if (!isCircuitOpen(error)) {
          logger.error({ err: error, subgraph: name, traceId: claims.traceId }, 'subgraph does not answer');
        }
        return unavailable(name, query, variables);
      }
    },
    async isReady() {
      try {
        const response = await pool.request({ method: 'GET', path: '/readyz', signal: AbortSignal.timeout(2_000) });
        await response.body.dump();
        return response.statusCode === 200;
      } catch {
        return false;
      }
    },
    circuit: circuit.status,
    close: () => pool.close(),
  };
}

/** A request that the subgraph refused for what is in it: an answer, and no reason to think that it is ill. */
function refusalIn(status: number, text: string): Answer | null {
  if (status !== 400 && status !== 413) return null;
  try {
    const { errors } = JSON.parse(text) as Answer;
    return errors?.length ? { data: null, errors } : null;
  } catch {
    return null;
  }
}

function fail(message: string): never {
  throw new Error(message);
}

const BROKEN_CONNECTION = /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/;

/** A read that met a dying connection is asked once more; a mutation never is, because it may have been done. */
function mayTryAgain(query: string, error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && BROKEN_CONNECTION.test(code) && !/^\s*mutation\b/.test(query);
}
