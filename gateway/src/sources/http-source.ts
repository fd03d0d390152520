import type { GraphQLDataSource } from '@apollo/gateway';
import { CONTEXT_HEADER, signContext, type SigningKeys } from '@enghub/subgraph-kit/signed-context';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { Pool } from 'undici';
import type { GatewayContext } from '../viewer.ts';
import { unavailable } from './unavailable.ts';
import { askOnceEach } from './unique-representations.ts';

export type HttpSourceOptions = Readonly<{
  name: string;
  url: string;
  keys: SigningKeys;
  logger: Logger;
  /** How long one fetch may take, connecting included. */
  deadlineMs?: number;
}>;

export type HttpSource = GraphQLDataSource & Readonly<{ isReady(): Promise<boolean>; close(): Promise<void> }>;

type Answer = Readonly<{ data?: Record<string, unknown> | null; errors?: readonly GraphQLFormattedError[] }>;

/** A subgraph at the other end of HTTP: kept-alive connections, signed context, a deadline for each fetch. */
export function httpSource({ name, url, keys, logger, deadlineMs = 10_000 }: HttpSourceOptions): HttpSource {
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
    if (response.statusCode === 200) return (await response.body.json()) as Answer;
    const text = await response.body.text();
    throw new Error(`status ${response.statusCode}: ${text.slice(0, 200)}`);
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
        return await askOnceEach(variables, ask);
      } catch (error) {
        logger.error({ err: error, subgraph: name, traceId: claims.traceId }, 'subgraph does not answer');
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
    close: () => pool.close(),
  };
}

const BROKEN_CONNECTION = /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/;

/** A read that met a dying connection is asked once more; a mutation never is, because it may have been done. */
function mayTryAgain(query: string, error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && BROKEN_CONNECTION.test(code) && !/^\s*mutation\b/.test(query);
}
