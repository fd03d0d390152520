import type { GraphQLDataSource } from '@apollo/gateway';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { RunningSubgraph } from '@enghub/subgraph-kit/running-subgraph';
import type { Logger } from 'pino';
import type { GatewayContext } from '../viewer.ts';
import { unavailable } from './unavailable.ts';
import { askOnceEach } from './unique-representations.ts';

type InProcessSubgraph = Pick<RunningSubgraph, 'name' | 'execute' | 'contextFor'>;

/** A subgraph of this very process: no HTTP, no signature, the claims themselves. */
export function inProcessSource(subgraph: InProcessSubgraph, logger: Logger): GraphQLDataSource {
  return {
    async process({ request, context }) {
      const query = request.query ?? '';
      try {
        return await askOnceEach(request.variables, async (variables) => {
          const result = await subgraph.execute(
            { query, variables, operationName: request.operationName },
            ownContext(subgraph, context as GatewayContext),
          );
          return result.errors
            ? { data: result.data ?? null, errors: result.errors.map(plain) }
            : { data: result.data ?? null };
        });
      } catch (error) {
        logger.error({ err: error, subgraph: subgraph.name }, 'subgraph failed');
        return unavailable(subgraph.name, query, request.variables);
      }
    },
  };
}

function ownContext(subgraph: InProcessSubgraph, { viewer, subgraphContexts }: GatewayContext): unknown {
  let own = subgraphContexts.get(subgraph.name);
  if (own === undefined) subgraphContexts.set(subgraph.name, (own = subgraph.contextFor(viewer.claims)));
  return own;
}

const plain = (error: GraphQLError | GraphQLFormattedError): GraphQLFormattedError =>
  error instanceof GraphQLError ? error.toJSON() : error;
