import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { ReplicaStatus } from '@enghub/database/replica-watch';
import type { Claims } from './claims.ts';
import type { HttpRoute } from './http-route.ts';

export type SubgraphRequest = Readonly<{
  query: string;
  variables?: Readonly<Record<string, unknown>> | undefined;
  operationName?: string | undefined;
}>;

/** A started subgraph, however it is reached: the gateway calls it in process, or serve-http puts it on a port. */
export type RunningSubgraph = Readonly<{
  name: string;
  schema: GraphQLSchema;
  /** Answers one operation. The context comes from `contextFor` and lives for one request: it holds the DataLoaders. */
  execute(request: SubgraphRequest, context: unknown): ExecutionResult | Promise<ExecutionResult>;
  contextFor(claims: Claims): unknown;
  /** What it serves beside the graph. */
  routes?: readonly HttpRoute[];
  isReady(): Promise<boolean>;
  /** How its read replica is; null where it has none. It is ready without. */
  readReplica?(): ReplicaStatus | null;
  stop(): Promise<void>;
}>;
