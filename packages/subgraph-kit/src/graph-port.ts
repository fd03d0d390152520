import type { ExecutionResult } from 'graphql';
import { request } from 'undici';
import type { Claims } from './claims.ts';
import type { RunningSubgraph, SubgraphRequest } from './running-subgraph.ts';
import { CONTEXT_HEADER, signContext, type SigningKeys } from './signed-context.ts';

/** How a subgraph asks another one: through its graph, with the claims of whoever asked. */
export type GraphPort = (subgraph: string, request: SubgraphRequest, claims: Claims) => Promise<ExecutionResult>;

/** The subgraphs of this very process. They may start after the port is made. */
export function inProcessGraph(subgraphs: ReadonlyMap<string, RunningSubgraph>): GraphPort {
  return async (name, query, claims) => {
    const subgraph = subgraphs.get(name);
    if (!subgraph) throw new Error(`subgraph ${name} is not running`);
    return subgraph.execute(query, subgraph.contextFor(claims));
  };
}

/** Subgraphs at the other end of HTTP, addressed by their URL. */
export function httpGraph(urls: ReadonlyMap<string, string>, keys: SigningKeys, deadlineMs = 5_000): GraphPort {
  return async (name, query, claims) => {
    const url = urls.get(name);
    if (!url) throw new Error(`no URL is configured for subgraph ${name}`);
    const body = JSON.stringify(query);
    const response = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [CONTEXT_HEADER]: signContext(claims, name, body, keys) },
      body,
      signal: AbortSignal.timeout(deadlineMs),
    });
    if (response.statusCode !== 200) throw new Error(`subgraph ${name} answered ${response.statusCode}`);
    return (await response.body.json()) as ExecutionResult;
  };
}
