/** The one door for operations: the same bounds for HTTP and WebSocket, before anything is planned. */
import { createHash } from 'node:crypto';
import { getOperationAST, GraphQLError, validate, type GraphQLSchema } from 'graphql';
import type { GraphOperation } from '../apollo-adapter.ts';
import type { SelectionTrees } from '../authorisation/selection-tree.ts';
import { boundedCache } from '../bounded-cache.ts';
import { createCostMeter } from './cost.ts';
import { parseWithinLimits, type ParsedText } from './document-shape.ts';
import { overLimit, type Limits } from './limits.ts';
import { validationRules } from './operation-kinds.ts';
import { coerceVariables } from './variables.ts';

export type OperationRequest = Readonly<{
  query: string;
  operationName?: string | null | undefined;
  variables?: Readonly<Record<string, unknown>> | null | undefined;
}>;

type Admitted = Readonly<{ operation: GraphOperation; cost: number } | { errors: readonly GraphQLError[] }>;

/** `cost` is what an operation that is let in may answer, in objects. */
export type Checked = Readonly<{ cost: number; error?: undefined } | { error: GraphQLError }>;

export type Admission = Readonly<{
  /** Bounds on the text alone. */
  checkText(query: string): GraphQLError | undefined;
  /** Bounds that depend on the variables. */
  checkOperation(operation: GraphOperation): Checked;
  /** All of it, with parsing and validation, for requests that don't come through Apollo Server. */
  admit(request: OperationRequest): Admitted;
}>;

const MAX_VALIDATION_ERRORS = 10;
/** In characters. A parsed text takes a hundred times its length, so this is what strangers may fill of our memory. */
const MAX_REMEMBERED_TEXT = 500_000;

export function createAdmission(api: GraphQLSchema, treeOf: SelectionTrees, limits: Limits): Admission {
  const costOf = createCostMeter(treeOf, limits.assumedListSize);
  const parsed = boundedCache<ParsedText>(MAX_REMEMBERED_TEXT, lengthOf);
  const validated = boundedCache<true>(2_000);

  const parseOnce = (query: string): ParsedText => {
    const key = hashOf(query);
    return parsed.get(key) ?? parsed.set(key, parseWithinLimits(query, limits));
  };

  function checkOperation(operation: GraphOperation): Checked {
    if (containsNul(operation.variables)) {
      return { error: overLimit('BAD_USER_INPUT', 'A text may not contain the NUL character.') };
    }
    const { values, errors } = coerceVariables(api, operation.operation, operation.variables);
    if (errors) return { error: errors[0]! };
    try {
      const cost = costOf(operation, values);
      if (cost <= limits.cost) return { cost };
      const text = `The query may answer ${cost} objects; at most ${limits.cost} are allowed. Ask for smaller pages.`;
      return { error: overLimit('QUERY_TOO_COSTLY', text) };
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { error: overLimit('BAD_USER_INPUT', error.message) };
    }
  }

  return {
    checkOperation,
    checkText(query) {
      const result = parseOnce(query);
      return 'error' in result ? result.error : undefined;
    },
    admit({ query, operationName, variables }) {
      const result = parseOnce(query);
      if ('error' in result) return { errors: [result.error] };
      const { document } = result;
      const queryHash = hashOf(query);
      if (!validated.get(queryHash)) {
        const problems = validate(api, document, validationRules, { maxErrors: MAX_VALIDATION_ERRORS });
        if (problems.length > 0)
          return { errors: problems.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
        validated.set(queryHash, true);
      }
      const definition = getOperationAST(document, operationName);
      if (!definition)
        return { errors: [overLimit('BAD_USER_INPUT', 'The document does not tell which operation to run.')] };
      const operation: GraphOperation = { document, operation: definition, queryHash, variables: variables ?? {} };
      const checked = checkOperation(operation);
      return checked.error ? { errors: [checked.error] } : { operation, cost: checked.cost };
    },
  };
}

const lengthOf = (text: ParsedText): number =>
  ('document' in text ? text.document.loc?.end : text.error.source?.body.length) ?? 100;

export const hashOf = (query: string): string => createHash('sha256').update(query).digest('hex');

const withCode = ({ message, nodes, source, positions }: GraphQLError, code: string): GraphQLError =>
  new GraphQLError(message, { nodes, source, positions, extensions: { code } });

/** PostgreSQL keeps every character but this one. */
function containsNul(value: unknown): boolean {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string' && next.includes('\0')) return true;
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, inner] of Object.entries(next)) {
      if (key.includes('\0')) return true;
      left.push(inner);
    }
  }
  return false;
}
