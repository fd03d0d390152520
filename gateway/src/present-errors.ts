import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/** Not for clients: how and where we failed. */
const PRIVATE = new Set(['stacktrace', 'exception', 'serviceName', 'http', 'debug']);
const OURS = new Set(['INTERNAL_SERVER_ERROR', 'DOWNSTREAM_SERVICE_ERROR']);
const SUGGESTION = /\s*Did you mean [^?]*\?/g;

/** Errors as a client may see them: coded, without hints about the schema, and silent about accidents of ours. */
export function presentErrors(
  errors: readonly (GraphQLError | GraphQLFormattedError)[],
  traceId: string | undefined,
): GraphQLFormattedError[] {
  return errors.map((error) => presentError(error instanceof GraphQLError ? error.toJSON() : error, traceId));
}

export function presentError(
  { message, locations, path, extensions = {} }: GraphQLFormattedError,
  traceId: string | undefined,
): GraphQLFormattedError {
  const code = typeof extensions.code === 'string' ? extensions.code : 'INTERNAL_SERVER_ERROR';
  const place = { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
  if (OURS.has(code)) {
    const trace = traceId ? { traceId } : {};
    return { message: 'Internal server error', ...place, extensions: { code: 'INTERNAL_SERVER_ERROR', ...trace } };
  }
  const shown = Object.fromEntries(Object.entries(extensions).filter(([name]) => !PRIVATE.has(name)));
  return { message: message.replace(SUGGESTION, ''), ...place, extensions: { ...shown, code } };
}
