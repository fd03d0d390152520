/** What must hold for the composed graph beyond composing: guards, nullability, descriptions, operations. Pure. */
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  parse,
  validate,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
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

/** Why a client's operation would not run on this graph. */
export function operationProblems(api: GraphQLSchema, name: string, text: string): readonly string[] {
  try {
    return validate(api, parse(text)).map((error) => `${name}: ${error.message}`);
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
