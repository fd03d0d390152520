/** Why the tags of a graph make no contract, in words. */
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isSpecifiedScalarType,
  isUnionType,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { ContractTags } from './contract.ts';
import type { Tagged } from './read-tags.ts';
import type { ContractSelection } from './selection.ts';

type Fields = GraphQLObjectType | GraphQLInterfaceType;

export function contractProblems(
  api: GraphQLSchema,
  { tags, entities }: Tagged,
  selection: ContractSelection,
  { include, exclude }: ContractTags,
): readonly string[] {
  const { hasType, hasMember, hasArgument } = selection;
  const types = Object.values(api.getTypeMap()).filter(({ name }) => hasType(name));
  const isKnown = (type: GraphQLNamedType): boolean => isSpecifiedScalarType(type) || hasType(type.name);
  const visible = (type: Fields): GraphQLField<unknown, unknown>[] =>
    Object.values(type.getFields()).filter(({ name }) => hasMember(type.name, name));
  const problems: string[] = [];
  const lacks = (coordinate: string, leadsTo: string): void => {
    problems.push(`${coordinate} leads to ${leadsTo}, which is not tagged "${include}"`);
  };

  function lookAtFields(type: Fields): void {
    for (const field of visible(type)) {
      const coordinate = `${type.name}.${field.name}`;
      const answer = getNamedType(field.type);
      if (!isKnown(answer)) lacks(coordinate, answer.name);
      if (isInterfaceType(answer)) {
        for (const it of api.getImplementations(answer).objects) if (!hasType(it.name)) lacks(coordinate, it.name);
      }
      for (const argument of field.args) {
        const given = getNamedType(argument.type);
        if (hasArgument(type.name, field.name, argument.name)) {
          if (!isKnown(given)) lacks(`${coordinate}(${argument.name}:)`, given.name);
        } else if (isRequiredArgument(argument)) {
          problems.push(`${coordinate}(${argument.name}:) is required, so it cannot be "${exclude}"`);
        }
      }
    }
    for (const implemented of type.getInterfaces()) {
      if (!hasType(implemented.name)) continue;
      for (const { name } of visible(implemented))
        if (!hasMember(type.name, name))
          problems.push(`${type.name}.${name} is not in the contract, but ${implemented.name}.${name} is`);
    }
  }

  for (const type of types) {
    if (entities.has(type.name) && tags.get(type.name)?.has(include)) {
      problems.push(`${type.name} is an entity that others may add fields to: tag its fields, not the type`);
    }
    if (isObjectType(type) || isInterfaceType(type)) lookAtFields(type);
    if (isUnionType(type)) for (const it of type.getTypes()) if (!hasType(it.name)) lacks(type.name, it.name);
    if (isEnumType(type)) {
      for (const { name } of type.getValues())
        if (tags.get(`${type.name}.${name}`)?.has(exclude))
          problems.push(`${type.name}.${name} may be answered, so it cannot be "${exclude}"`);
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        const given = getNamedType(field.type);
        if (hasMember(type.name, field.name)) {
          if (!isKnown(given)) lacks(`${type.name}.${field.name}`, given.name);
        } else if (isRequiredInputField(field)) {
          problems.push(`${type.name}.${field.name} is required, so it must be in the contract`);
        }
      }
    }
  }

  const reached = reachable(api, selection);
  for (const { name } of types) if (!reached.has(name)) problems.push(`nothing in the contract leads to ${name}`);
  for (const [coordinate, names] of tags) {
    for (const name of names)
      if (name !== include && name !== exclude) problems.push(`${coordinate} has the unknown tag "${name}"`);
    if (names.has(include) && names.has(exclude))
      problems.push(`${coordinate} is tagged both "${include}" and "${exclude}"`);
  }
  return problems;
}

function reachable(api: GraphQLSchema, { hasType, hasMember, hasArgument }: ContractSelection): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (type: GraphQLNamedType | null | undefined): void => {
    if (!type || reached.has(type.name) || !hasType(type.name)) return;
    reached.add(type.name);
    if (isUnionType(type)) type.getTypes().forEach(visit);
    if (isObjectType(type) || isInterfaceType(type)) {
      type.getInterfaces().forEach(visit);
      for (const field of Object.values(type.getFields())) {
        if (!hasMember(type.name, field.name)) continue;
        const answer = getNamedType(field.type);
        visit(answer);
        if (isInterfaceType(answer)) api.getImplementations(answer).objects.forEach(visit);
        for (const it of field.args) if (hasArgument(type.name, field.name, it.name)) visit(getNamedType(it.type));
      }
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields()))
        if (hasMember(type.name, field.name)) visit(getNamedType(field.type));
    }
  };
  [api.getQueryType(), api.getMutationType(), api.getSubscriptionType()].forEach(visit);
  return reached;
}
