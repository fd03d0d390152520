import type { GraphQLDataSource } from '@apollo/gateway';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { RunningSubgraph } from '@enghub/subgraph-kit/running-subgraph';
import type { Logger } from 'pino';
import type { GatewayContext } from '../viewer.ts';
import { createCircuit, isCircuitOpen, type CircuitStatus, type CircuitTimes } from './circuit.ts';
import { unavailable } from './unavailable.ts';
import { askOnceEach } from './unique-representations.ts';

type InProcessSubgraph = Pick<RunningSubgraph, 'name' | 'execute' | 'contextFor'>;

export type InProcessSource = GraphQLDataSource & Readonly<{ circuit(): CircuitStatus }>;

/** A subgraph of this very process: no HTTP, no signature, the claims themselves; the same deadline and circuit. */
export function inProcessSource(
  subgraph: InProcessSubgraph,
  logger: Logger,
  { deadlineMs = 10_000, ...more }: Readonly<{ deadlineMs?: number; circuit?: CircuitTimes }> = {},
): InProcessSource {
  const circuit = createCircuit(subgraph.name, logger, more.circuit);
  return {
    async process({ request, context }) {
      const query = request.query ?? '';
      try {
        const ask = () =>
          askOnceEach(request.variables, async (variables) => {
            const result = await subgraph.execute(
              { query, variables, operationName: request.operationName },
              ownContext(subgraph, context as GatewayContext),
            );
            return result.errors
              ? { data: result.data ?? null, errors: result.errors.map(plain) }
              : { data: result.data ?? null };
          });
        return await circuit.run(() => within(deadlineMs, ask()));
      } catch (error) {
        const { traceId } = (context as GatewayContext).viewer.claims;
        if (!isCircuitOpen(error)) {
          logger.error({ err: error, subgraph: subgraph.name, traceId }, 'subgraph does not answer');
        }
        return unavailable(subgraph.name, query, request.variables);
      }
    },
    circuit: circuit.status,
  };
}

/** What runs cannot be called back, so it ends unheard; whether a command was done is then for its request id to tell. */
async function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function ownContext(subgraph: InProcessSubgraph, { viewer, subgraphContexts }: GatewayContext): unknown {
  let own = subgraphContexts.get(subgraph.name);
  if (own === undefined) subgraphContexts.set(subgraph.name, (own = subgraph.contextFor(viewer.claims)));
  return own;
}

const plain = (error: GraphQLError | GraphQLFormattedError): GraphQLFormattedError =>
  error instanceof GraphQLError ? error.toJSON() : error;
