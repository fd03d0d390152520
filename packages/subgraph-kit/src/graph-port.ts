import { unavailableFailure } from '@enghub/messaging/transport';
import type { ExecutionResult } from 'graphql';
import { request } from 'undici';
import type { Claims } from './claims.ts';
import type { RunningSubgraph, SubgraphRequest } from './running-subgraph.ts';
import { CONTEXT_HEADER, signContext, type SigningKeys } from './signed-context.ts';

/** How a subgraph asks another one: through its graph, with the claims of whoever asked. Rejects as unavailable where it is away. */
export type GraphPort = (subgraph: string, request: SubgraphRequest, claims: Claims) => Promise<ExecutionResult>;

/** The subgraphs of this very process. They may start after the port is made. */
export function inProcessGraph(subgraphs: ReadonlyMap<string, RunningSubgraph>): GraphPort {
  return async (name, query, claims) => {
    const subgraph = subgraphs.get(name);
    if (!subgraph) throw unavailableFailure(`subgraph ${name} is not running`);
    return subgraph.execute(query, subgraph.contextFor(claims));
  };
}

/** Subgraphs at the other end of HTTP, addressed by their URL. */
export function httpGraph(urls: ReadonlyMap<string, string>, keys: SigningKeys, deadlineMs = 5_000): GraphPort {
  return async (name, query, claims) => {
    const url = urls.get(name);
    if (!url) throw new Error(`no URL is configured for subgraph ${name}`);
    const body = JSON.stringify(query);
    const headers = { 'content-type': 'application/json', [CONTEXT_HEADER]: signContext(claims, name, body, keys) };
    const options = { method: 'POST', headers, body, signal: AbortSignal.timeout(deadlineMs) } as const;
    const { statusCode, text } = await ask(url, options).catch((cause: unknown) => {
      throw unavailableFailure(`subgraph ${name} does not answer`, cause);
    });
    if (statusCode >= 500) throw unavailableFailure(`subgraph ${name} answered ${statusCode}`);
    if (statusCode !== 200) throw new Error(`subgraph ${name} answered ${statusCode}`);
    return JSON.parse(text) as ExecutionResult;
  };
}

async function ask(url: string, options: Parameters<typeof request>[1]): Promise<{ statusCode: number; text: string }> {
  const { statusCode, body } = await request(url, options);
  return { statusCode, text: await body.text() };
}
