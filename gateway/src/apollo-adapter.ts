/**
 * Everything we need from the Apollo gateway, and the only file that reads its private fields: stock Apollo plans
 * subscriptions but does not execute them. Pinned to 2.14.4 by apollo-adapter.test.ts.
 */
import { ApolloGateway, buildOperationContext, executeQueryPlan, type GraphQLDataSource } from '@apollo/gateway';
import { operationFromDocument, type Schema } from '@apollo/federation-internals';
import type { PlanNode, QueryPlan, QueryPlanner, SubscriptionNode } from '@apollo/query-planner';
import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Logger } from 'pino';
import { boundedCache } from './bounded-cache.ts';
import { withoutEnforcedSecurityLinks } from './supergraph-view.ts';
import type { GatewayContext } from './viewer.ts';

// Apollo's constructor starts a metrics export to the internet unless this is set before it runs.
process.env.APOLLO_TELEMETRY_DISABLED = 'true';

/** One operation, parsed and validated, as it is planned and executed. */
export type GraphOperation = Readonly<{
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** Plans are cached by it: a document that was changed needs a hash of its own. */
  queryHash: string;
  variables: Readonly<Record<string, unknown>>;
}>;

export type FederatedGraph = Readonly<{
  apiSchema: GraphQLSchema;
  /** Executes a query or mutation over the subgraphs. */
  execute(operation: GraphOperation, context: GatewayContext): Promise<ExecutionResult>;
  /** Executes a subscription once, for the event that has just happened. */
  executeEvent(operation: GraphOperation, context: GatewayContext): Promise<ExecutionResult>;
  stop(): Promise<void>;
}>;

export type SourceFactory = (name: string, url: string) => GraphQLDataSource;

const MAX_EVENT_PLANS = 200;

/** Loads the supergraph into an Apollo gateway with production settings, whatever NODE_ENV says. */
export async function loadGraph(
  supergraphSdl: string,
  sources: SourceFactory,
  logger: Logger,
): Promise<FederatedGraph> {
  const gateway = new ApolloGateway({
    supergraphSdl: withoutEnforcedSecurityLinks(supergraphSdl),
    buildService: ({ name, url }) => sources(name, url ?? ''),
    validateSupergraph: false,
    __exposeQueryPlanExperimental: false,
    logger: apolloLogger(logger),
  } as ConstructorParameters<typeof ApolloGateway>[0]);
  const { schema: apiSchema, executor } = await gateway.load();
  const internals = privateFields(gateway);
  const eventPlans = boundedCache<QueryPlan>(MAX_EVENT_PLANS);

  function eventPlanFor({ document, operation, queryHash }: GraphOperation): QueryPlan {
    const operationName = operation.name?.value;
    const key = `${queryHash}:${operationName ?? ''}`;
    const known = eventPlans.get(key);
    if (known) return known;
    const asked = operationFromDocument(internals.apiSchema, document, { operationName });
    return eventPlans.set(key, asOneEvent(internals.queryPlanner.buildQueryPlan(asked)));
  }

  return {
    apiSchema,
    execute: (operation, context) => executor(requestOf(operation, context, gateway, logger)),
    executeEvent(operation, context) {
      const { document } = operation;
      const operationName = operation.operation.name?.value;
      return executeQueryPlan(
        eventPlanFor(operation),
        sourcesByName(internals.serviceMap),
        requestOf(operation, context, gateway, logger),
        buildOperationContext({ schema: apiSchema, operationDocument: document, operationName }),
        internals.supergraphSchema,
        internals.apiSchema,
      );
    },
    stop: () => gateway.stop(),
  };
}

type PrivateFields = Readonly<{
  queryPlanner: QueryPlanner;
  apiSchema: Schema;
  supergraphSchema: GraphQLSchema;
  serviceMap: Readonly<Record<string, { dataSource: GraphQLDataSource }>>;
}>;

function privateFields(gateway: ApolloGateway): PrivateFields {
  const fields = gateway as unknown as PrivateFields;
  for (const name of ['queryPlanner', 'apiSchema', 'supergraphSchema', 'serviceMap'] as const) {
    if (!fields[name]) throw new Error(`@apollo/gateway has no field ${name} any more: see apollo-adapter.ts`);
  }
  return fields;
}

/** A subscription's plan is "wait at the primary, then the rest": an event is that sequence, once. */
function asOneEvent({ node }: QueryPlan): QueryPlan {
  if (node?.kind !== 'Subscription') throw new Error('this operation is not a subscription');
  const { primary, rest } = node as SubscriptionNode;
  const once: PlanNode = rest ? { kind: 'Sequence', nodes: [primary, rest] } : primary;
  return { kind: 'QueryPlan', node: once };
}

const sourcesByName = (serviceMap: PrivateFields['serviceMap']) =>
  Object.fromEntries(Object.entries(serviceMap).map(([name, { dataSource }]) => [name, dataSource]));

type ApolloRequest = Parameters<typeof executeQueryPlan>[2];

function requestOf(
  { document, operation, queryHash, variables }: GraphOperation,
  context: GatewayContext,
  gateway: ApolloGateway,
  logger: Logger,
): ApolloRequest {
  const operationName = operation.name?.value;
  return {
    request: { variables, ...(operationName ? { operationName } : {}) },
    document,
    operation,
    operationName: operationName ?? null,
    queryHash,
    context,
    schema: gateway.schema,
    metrics: {},
    logger: apolloLogger(logger),
  } as unknown as ApolloRequest;
}

// Apollo tells its own comings and goings at info level; only its complaints are ours to know.
const apolloLogger = (logger: Logger) => ({
  debug: () => undefined,
  info: () => undefined,
  warn: (message?: unknown) => logger.warn(String(message)),
  error: (message?: unknown) => logger.error(String(message)),
});
