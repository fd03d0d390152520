import { ApolloServer, HeaderMap, type ApolloServerPlugin, type GraphQLRequestContext } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { FederatedGraph, GraphOperation } from './apollo-adapter.ts';
import type { GuardedExecution } from './guarded-execution.ts';
import type { Admission } from './limits/admission.ts';
import { overLimit } from './limits/limits.ts';
import { operationKindExists } from './limits/operation-kinds.ts';
import type { RateLimits } from './limits/rates.ts';
import { isCoercionError } from './limits/variables.ts';
import { presentError, presentErrors } from './present-errors.ts';
import type { GatewayContext } from './viewer.ts';

/** What the access log says about one request; filled in on the way. */
export type RequestRecord = {
  operationName?: string;
  operationType?: string;
  cost?: number;
  errors: number;
  codes?: readonly string[];
};

export type HttpContext = GatewayContext & Readonly<{ record: RequestRecord }>;

type Request = GraphQLRequestContext<HttpContext>;

/** GraphQL over HTTP by Apollo Server, with our execution behind it. Its caches are those of one contract. */
export async function startApolloServer(
  graph: FederatedGraph,
  execution: GuardedExecution,
  admission: Admission,
  rates: RateLimits,
  logger: Logger,
): Promise<ApolloServer<HttpContext>> {
  const server = new ApolloServer<HttpContext>({
    gateway: asApolloGateway(graph, execution),
    nodeEnv: 'production',
    // The guard asks for a scope instead.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    validationRules: [operationKindExists],
    validationOptions: { maxErrors: 10 },
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (it) => logger.warn(it),
      error: (it) => logger.error(it),
    },
    formatError: (formatted) => presentError(formatted, undefined),
    stringifyResult: (result) => JSON.stringify(result),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      houseRules(admission, rates, logger),
    ],
  });
  await server.start();
  return server;
}

/** Apollo Server asks a gateway for a schema and an executor; ours authorises first. */
function asApolloGateway(graph: FederatedGraph, execution: GuardedExecution) {
  type Listener = (loaded: { apiSchema: FederatedGraph['apiSchema']; coreSupergraphSdl: string }) => void;
  const listeners = new Set<Listener>();
  return {
    onSchemaLoadOrUpdate(listener: Listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async load() {
      for (const listener of listeners) listener({ apiSchema: graph.apiSchema, coreSupergraphSdl: '' });
      return { executor: (request: ExecutorRequest) => executeFor(request, execution) };
    },
    stop: async () => undefined,
  } as unknown as NonNullable<ConstructorParameters<typeof ApolloServer<HttpContext>>[0]['gateway']>;
}

type ExecutorRequest = Readonly<{
  document: GraphOperation['document'];
  operation: GraphOperation['operation'] | undefined;
  queryHash: string;
  request: { variables?: Record<string, unknown>; operationName?: string };
  context: GatewayContext;
}>;

async function executeFor(
  { document, operation, queryHash, request, context }: ExecutorRequest,
  execution: GuardedExecution,
): Promise<ExecutionResult> {
  if (!operation) return { errors: [new GraphQLError('The document does not tell which operation to run.')] };
  return execution.run({ document, operation, queryHash, variables: request.variables ?? {} }, context);
}

function houseRules(admission: Admission, rates: RateLimits, logger: Logger): ApolloServerPlugin<HttpContext> {
  return {
    async requestDidStart({ contextValue: { record } }) {
      return {
        async didResolveOperation(request) {
          const { document, operation, queryHash } = request;
          if (!operation) return;
          record.operationType = operation.operation;
          if (operation.name) record.operationName = operation.name.value;
          if (operation.operation === 'subscription') {
            throw overLimit(
              'SUBSCRIPTIONS_NEED_WEBSOCKET',
              'Subscriptions are served over WebSocket (graphql-transport-ws).',
            );
          }
          const asked = { document, operation, queryHash: queryHash!, variables: request.request.variables ?? {} };
          const checked = admission.checkOperation(asked);
          if (checked.error) throw checked.error;
          record.cost = checked.cost;
          const late = await rates.ofCommands(asked, request.contextValue.viewer);
          if (late) throw asHttpRefusal(late);
        },
        async didEncounterErrors({ errors, contextValue }) {
          record.errors = errors.length;
          record.codes = codesOf(errors);
          logAccidents(errors, contextValue.viewer.claims.traceId, logger);
        },
        async willSendResponse(request) {
          const { body, http } = request.response;
          if (body.kind !== 'single') return;
          const { errors } = body.singleResult;
          if (!errors) return;
          body.singleResult.errors = presentErrors(errors, request.contextValue.viewer.claims.traceId);
          http.status = statusFor(request) ?? http.status;
        },
      };
    },
  };
}

/** The distinct codes of some errors, for the log. */
export const codesOf = (errors: readonly GraphQLError[]): readonly string[] =>
  [...new Set(errors.map(({ extensions }) => String(extensions.code ?? 'INTERNAL_SERVER_ERROR').slice(0, 60)))].slice(
    0,
    5,
  );

/** 429 with Retry-After where only waiting helps. */
function asHttpRefusal(error: GraphQLError): GraphQLError {
  const { retryAfterSeconds } = error.extensions;
  if (retryAfterSeconds === undefined) return error;
  const headers = new HeaderMap([['retry-after', String(retryAfterSeconds)]]);
  return new GraphQLError(error.message, { extensions: { ...error.extensions, http: { status: 429, headers } } });
}

const WELL_FORMED = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED']);

/**
 * GraphQL over HTTP: a well-formed request for a document that is not valid gets 200 as application/json, and 400 as
 * application/graphql-response+json.
 */
function statusFor({ response, errors, request }: Request): number | undefined {
  const isWellFormed = errors?.every(
    (error) => WELL_FORMED.has(String(error.extensions.code)) || isCoercionError(error),
  );
  const { body } = response;
  if (!isWellFormed || body?.kind !== 'single' || body.singleResult.data !== undefined) return undefined;
  return prefersResponseJson(request.http?.headers.get('accept')) ? 400 : 200;
}

export const prefersResponseJson = (accept: string | undefined): boolean =>
  accept?.includes('application/graphql-response+json') ?? false;

export function logAccidents(errors: readonly GraphQLError[], traceId: string, logger: Logger): void {
  for (const error of errors) {
    if (error.originalError && !error.extensions.code)
      logger.error({ err: error.originalError, traceId }, 'execution failed');
  }
}
