/** What must hold for the composed graph beyond composing: guards, nullability, descriptions, operations. Pure. */
import {
  getNamedType,
  getOperationAST,
  getVariableValues,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  parse,
  validate,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { ClientOperation } from './operations.ts';
import { requiredScopes, type Need } from './required-scopes.ts';

const scopeShape = /^[a-z_]+:[a-z_]+$/;
// What these types and arguments are follows from their names.
const selfExplaining = /(Connection|Edge|Payload|Result|Input|Filter)$/;
const familiarArgument = /^(id|ids|input|first|after|filter)$|Id$/;

const rootTypes = (api: GraphQLSchema): readonly GraphQLObjectType[] =>
  [api.getQueryType(), api.getMutationType(), api.getSubscriptionType()].filter((type) => type != null);

const ownTypes = (api: GraphQLSchema): readonly GraphQLNamedType[] =>
  Object.values(api.getTypeMap()).filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type));

function unguardedRootFields(api: GraphQLSchema, needs: ReadonlyMap<string, Need>): string[] {
  return rootTypes(api).flatMap((type) =>
    Object.keys(type.getFields())
      .map((field) => `${type.name}.${field}`)
      .filter((coordinate) => !needs.has(coordinate))
      .map((coordinate) => `${coordinate} is open to everyone: give it @authenticated or @requiresScopes`),
  );
}

// A denied field answers null. If it may not be null, its parents go with it, up to the whole answer.
function guardedFieldsThatCannotBeNull(api: GraphQLSchema, needs: ReadonlyMap<string, Need>): string[] {
  const roots = new Set(rootTypes(api));
  const problems: string[] = [];
  for (const type of ownTypes(api)) {
    if ((!isObjectType(type) && !isInterfaceType(type)) || roots.has(type as GraphQLObjectType)) continue;
    for (const field of Object.values(type.getFields())) {
      const guarded = needs.has(`${type.name}.${field.name}`) || needs.has(getNamedType(field.type).name);
      if (guarded && isNonNullType(field.type))
        problems.push(`${type.name}.${field.name} is guarded, so it must be nullable`);
    }
  }
  return problems;
}

function oddScopes(needs: ReadonlyMap<string, Need>): string[] {
  return [...needs].flatMap(([coordinate, need]) =>
    need
      .flat()
      .filter((scope) => !scopeShape.test(scope))
      .map((scope) => `${coordinate} asks for "${scope}": scopes are written noun:verb`),
  );
}

function missingDescriptions(api: GraphQLSchema): string[] {
  const roots = new Set<GraphQLNamedType>(rootTypes(api));
  const problems: string[] = [];
  for (const type of ownTypes(api)) {
    if (roots.has(type)) continue;
    const known =
      selfExplaining.test(type.name) && (isObjectType(type) || isInputObjectType(type) || isUnionType(type));
    if (!type.description && !known && !(isEnumType(type) && type.name.endsWith('RefusalCode')))
      problems.push(`${type.name} has no description`);
  }
  for (const type of rootTypes(api)) {
    for (const field of Object.values(type.getFields())) {
      if (!field.description) problems.push(`${type.name}.${field.name} has no description`);
      for (const argument of field.args)
        if (!argument.description && !familiarArgument.test(argument.name))
          problems.push(`${type.name}.${field.name}(${argument.name}:) has no description`);
    }
  }
  return problems;
}

/** Everything wrong with a graph, in words. */
export function schemaProblems(supergraph: string, api: GraphQLSchema): readonly string[] {
  const needs = requiredScopes(supergraph);
  return [
    ...unguardedRootFields(api, needs),
    ...guardedFieldsThatCannotBeNull(api, needs),
    ...oddScopes(needs),
    ...missingDescriptions(api),
  ];
}

function callProblems(api: GraphQLSchema, document: DocumentNode, variables: string | undefined): readonly string[] {
  const operation = getOperationAST(document);
  if (!operation) return ['it holds not one operation'];
  // graphql-js looks for no field where there is no root type, and finds nothing wrong.
  if (!api.getRootType(operation.operation)) return [`there is no ${operation.operation}`];
  if (variables === undefined) return [];
  const given = JSON.parse(variables) as Record<string, unknown>;
  const { errors = [] } = getVariableValues(api, operation.variableDefinitions ?? [], given);
  return errors.map(({ message }) => message);
}

/** Why a client's operation would not run on this graph. */
export function operationProblems(api: GraphQLSchema, { name, text, variables }: ClientOperation): readonly string[] {
  try {
    const document = parse(text);
    const problems = validate(api, document).map(({ message }) => message);
    if (problems.length === 0) problems.push(...callProblems(api, document, variables));
    return problems.map((problem) => `${name}: ${problem}`);
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
