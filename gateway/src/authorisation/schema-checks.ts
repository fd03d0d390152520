import { getNamedType, isInterfaceType, isNonNullType, isObjectType, type GraphQLSchema } from 'graphql';
import type { Needs } from './read-needs.ts';

/** Root fields that anyone may ask for. There should be none: a field that nobody thought about is an open door. */
export function unguardedRootFields(api: GraphQLSchema, needs: Needs): readonly string[] {
  return [api.getQueryType(), api.getMutationType(), api.getSubscriptionType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {})
      .map((field) => `${type!.name}.${field}`)
      .filter((coordinate) => !needs.fields.has(coordinate)),
  );
}

/** Guarded fields below the root that may not be null: denying one would blank its parents up to the whole answer. */
export function guardedNonNullFields(api: GraphQLSchema, needs: Needs): readonly string[] {
  const roots = new Set(
    [api.getQueryType(), api.getMutationType(), api.getSubscriptionType()].map((type) => type?.name),
  );
  return Object.values(api.getTypeMap()).flatMap((type) => {
    if ((!isObjectType(type) && !isInterfaceType(type)) || roots.has(type.name)) return [];
    return Object.values(type.getFields())
      .filter((field) => isNonNullType(field.type))
      .filter(
        (field) => needs.fields.has(`${type.name}.${field.name}`) || needs.types.has(getNamedType(field.type).name),
      )
      .map((field) => `${type.name}.${field.name}`);
  });
}
