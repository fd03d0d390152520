import type { Claims } from '@enghub/subgraph-kit/claims';

export type Call = Readonly<{
  claims: Claims | undefined;
  /** `ok`, `errors`, `aborted`, or the code of what was refused unread. */
  outcome: string;
  ms: number;
  operationType?: string;
  operationName?: string;
  /** Objects that the answer may hold. */
  cost?: number;
  errors?: number;
  codes?: readonly string[];
}>;

const LONGEST = 100;

/**
 * What the log says about one call, over HTTP or a socket: who, what, how long, how it ended. Nothing that a client wrote
 * freely is in it, neither the query nor its variables, and names are cut; pino escapes the rest as JSON.
 */
export function callLine({ claims, outcome, ms, operationType, operationName, cost, errors, codes }: Call) {
  return {
    outcome,
    durationMs: Math.round(ms * 10) / 10,
    ...(claims?.userId ? { userId: cut(claims.userId), tenantId: cut(claims.tenantId) } : {}),
    ...(operationType ? { operationType } : {}),
    ...(operationName ? { operation: cut(operationName) } : {}),
    ...(cost === undefined ? {} : { cost }),
    ...(errors ? { errors } : {}),
    ...(codes?.length ? { codes } : {}),
    ...(claims ? { traceId: claims.traceId } : {}),
  };
}

const cut = (text: string): string => text.slice(0, LONGEST);
