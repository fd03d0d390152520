import { getVariableValues, GraphQLError, Kind, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';

type Values = Readonly<Record<string, unknown>>;
type Coerced = Readonly<
  { values: Values; errors?: undefined } | { values?: undefined; errors: readonly GraphQLError[] }
>;

/** Variables with their defaults, or why they don't fit the operation. */
export function coerceVariables(api: GraphQLSchema, operation: OperationDefinitionNode, given: Values): Coerced {
  const { coerced, errors } = getVariableValues(api, operation.variableDefinitions ?? [], given, { maxErrors: 5 });
  if (!errors) return { values: coerced };
  return {
    errors: errors.map(
      ({ message, nodes }) => new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT' } }),
    ),
  };
}

/** A well-formed request whose variables have the wrong shape: GraphQL over HTTP answers it with 200 as application/json. */
export const isCoercionError = (error: GraphQLError): boolean => error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION;
