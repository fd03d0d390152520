import { Kind, parse, type ConstDirectiveNode, type ConstValueNode, type DefinitionNode } from 'graphql';

/** What a caller must hold: being signed in, and all scopes of at least one alternative (if there are any). */
export type Need = Readonly<{ alternatives: readonly (readonly string[])[] }>;

export type Needs = Readonly<{
  /** By type name. */
  types: ReadonlyMap<string, Need>;
  /** By coordinate, `Type.field`. */
  fields: ReadonlyMap<string, Need>;
}>;

/** What the supergraph's `@authenticated` and `@requiresScopes` ask for. */
export function readNeeds(supergraphSdl: string): Needs {
  const types = new Map<string, Need>();
  const fields = new Map<string, Need>();
  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (!isTypeDefinition(definition)) continue;
    const typeName = definition.name.value;
    const ofType = needOf(definition.directives);
    if (ofType) types.set(typeName, ofType);
    for (const field of 'fields' in definition ? (definition.fields ?? []) : []) {
      const ofField = needOf(field.directives);
      if (ofField) fields.set(`${typeName}.${field.name.value}`, ofField);
    }
  }
  return { types, fields };
}

const guardable = new Set<string>([
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.SCALAR_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
]);

type GuardableDefinition = Extract<
  DefinitionNode,
  {
    kind:
      | Kind.OBJECT_TYPE_DEFINITION
      | Kind.INTERFACE_TYPE_DEFINITION
      | Kind.SCALAR_TYPE_DEFINITION
      | Kind.ENUM_TYPE_DEFINITION;
  }
>;

const isTypeDefinition = (definition: DefinitionNode): definition is GuardableDefinition =>
  guardable.has(definition.kind);

function needOf(directives: readonly ConstDirectiveNode[] = []): Need | undefined {
  const scopes = directives.find((directive) => directive.name.value === 'requiresScopes');
  if (scopes)
    return { alternatives: stringLists(scopes.arguments?.find(({ name }) => name.value === 'scopes')?.value) };
  return directives.some((directive) => directive.name.value === 'authenticated') ? { alternatives: [] } : undefined;
}

function stringLists(value: ConstValueNode | undefined): readonly (readonly string[])[] {
  if (value?.kind !== Kind.LIST) throw new Error('@requiresScopes(scopes:) must be a list of lists');
  return value.values.map((all) => {
    if (all.kind !== Kind.LIST) throw new Error('@requiresScopes(scopes:) must be a list of lists');
    return all.values.map((scope) => (scope.kind === Kind.STRING ? scope.value : ''));
  });
}
