import {
  execute,
  GraphQLError,
  parse,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import type { Logger } from 'pino';
import { fault } from './fault.ts';
import type { SubgraphRequest } from './running-subgraph.ts';

const MAX_DOCUMENTS = 2_000;

/** Executes operations against one schema; a query text is parsed and validated once. */
export function createEngine(schema: GraphQLSchema, logger: Logger) {
  const documents = new Map<string, DocumentNode | readonly GraphQLError[]>();

  function documentFor(source: string): DocumentNode | readonly GraphQLError[] {
    const known = documents.get(source);
    if (known) return known;
    const fresh = read(schema, source);
    if (documents.size >= MAX_DOCUMENTS) documents.delete(documents.keys().next().value!);
    documents.set(source, fresh);
    return fresh;
  }

  return async function answer(request: SubgraphRequest, contextValue: unknown): Promise<ExecutionResult> {
    const document = documentFor(request.query);
    if (!('kind' in document)) return { errors: document };
    const result = await execute({
      schema,
      document,
      contextValue,
      variableValues: request.variables,
      operationName: request.operationName,
    });
    return result.errors ? { ...result, errors: result.errors.map((error) => masked(error, logger)) } : result;
  };
}

function read(schema: GraphQLSchema, source: string): DocumentNode | readonly GraphQLError[] {
  try {
    const document = parse(source, { noLocation: true });
    const errors = validate(schema, document);
    return errors.length > 0 ? errors : document;
  } catch (error) {
    return [error instanceof GraphQLError ? error : new GraphQLError(String(error))];
  }
}

/** What we did not foresee is logged whole and answered without a word about our inside. */
function masked(error: GraphQLError, logger: Logger): GraphQLError {
  const cause = error.originalError;
  if (!cause || cause instanceof GraphQLError) return error;
  const code = isOutage(cause) ? 'UNAVAILABLE' : 'INTERNAL_SERVER_ERROR';
  logger.error({ err: cause, path: error.path, code }, 'resolver failed');
  return new GraphQLError(fault(code).message, { path: error.path, extensions: { code } });
}

// Prisma's and PostgreSQL's ways to say that the server cannot be reached or did not answer in time.
const OUTAGE =
  /^(P1001|P1002|P1008|P1017|P2024|P2028|ECONNREFUSED|ECONNRESET|ETIMEDOUT|57P0[1-3]|57014|08\d{3}|53300)$/;

/** What pg and its pool say, without a code, of a server that went away or cannot be reached in time. */
const OUTAGE_TEXT =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Query read timeout)/;

/** Prisma's adapter names these by kind. */
const OUTAGE_KIND = /^(DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections)$/;

type Layer = Readonly<{
  code?: unknown;
  originalCode?: unknown;
  kind?: unknown;
  message?: unknown;
  cause?: unknown;
  meta?: Readonly<{ code?: unknown; driverAdapterError?: unknown }>;
}>;

/** Each library wraps the error of the one below it. */
function isOutage(cause: unknown, depth = 0): boolean {
  if (typeof cause !== 'object' || cause === null || depth > 5) return false;
  const { code, originalCode, kind, message, cause: below, meta } = cause as Layer;
  return (
    [code, originalCode, meta?.code].some((it) => typeof it === 'string' && OUTAGE.test(it)) ||
    (typeof kind === 'string' && OUTAGE_KIND.test(kind)) ||
    (typeof message === 'string' && OUTAGE_TEXT.test(message)) ||
    isOutage(below, depth + 1) ||
    isOutage(meta?.driverAdapterError, depth + 1)
  );
}
