/** Which elements of the graph the tags choose. */
import { isInputObjectType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import type { ContractTags } from './contract.ts';
import type { Tags } from './read-tags.ts';

export type ContractSelection = Readonly<{
  hasType(type: string): boolean;
  /** Of a field of an object, interface or input. Values of enums and members of unions come with their type. */
  hasMember(type: string, field: string): boolean;
  hasArgument(type: string, field: string, argument: string): boolean;
}>;

/**
 * A tagged field is in, with its arguments; a tagged type is in with all its fields. `exclude` takes one of those out
 * again. A type whose fields alone are tagged is in with these.
 */
export function selectionOf(api: GraphQLSchema, tags: Tags, { include, exclude }: ContractTags): ContractSelection {
  const has = (coordinate: string, tag: string): boolean => tags.get(coordinate)?.has(tag) ?? false;

  const hasMember = (type: string, field: string): boolean =>
    !has(type, exclude) &&
    !has(`${type}.${field}`, exclude) &&
    (has(type, include) || has(`${type}.${field}`, include));

  const chosen = new Set<string>();
  for (const type of Object.values(api.getTypeMap())) {
    if (has(type.name, exclude)) continue;
    const fields = isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? type.getFields() : {};
    const isByField = Object.keys(fields).some((field) => hasMember(type.name, field));
    if (isByField || has(type.name, include)) chosen.add(type.name);
  }

  return {
    hasType: (type) => chosen.has(type),
    hasMember,
    hasArgument: (type, field, argument) => !has(`${type}.${field}(${argument}:)`, exclude),
  };
}
