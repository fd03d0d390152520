/** What a supergraph asks of a caller, read from `@authenticated` and `@requiresScopes`. */
import { parse, type ConstDirectiveNode, type ConstValueNode } from 'graphql';

/** Alternatives of scopes that must all be held; no alternatives: being signed in is enough. */
export type Need = readonly (readonly string[])[];

const listOf = (value: ConstValueNode | undefined): readonly ConstValueNode[] =>
  value?.kind === 'ListValue' ? value.values : [];

function needOf(directives: readonly ConstDirectiveNode[] = []): Need | undefined {
  let need: Need | undefined;
  for (const directive of directives) {
    if (directive.name.value === 'authenticated') need ??= [];
    if (directive.name.value === 'requiresScopes') {
      const alternatives = listOf(directive.arguments?.find((argument) => argument.name.value === 'scopes')?.value);
      need = alternatives.map((all) => listOf(all).flatMap((scope) => ('value' in scope ? [String(scope.value)] : [])));
    }
  }
  return need;
}

/** Keys are `Type` and `Type.field`. */
export function requiredScopes(supergraph: string): ReadonlyMap<string, Need> {
  const needs = new Map<string, Need>();
  const note = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined): void => {
    const need = needOf(directives);
    if (need) needs.set(coordinate, need);
  };
  for (const definition of parse(supergraph, { noLocation: true }).definitions) {
    if (!('name' in definition) || !definition.name || !definition.kind.endsWith('TypeDefinition')) continue;
    const type = definition.name.value;
    if ('directives' in definition) note(type, definition.directives as readonly ConstDirectiveNode[]);
    if (definition.kind !== 'ObjectTypeDefinition' && definition.kind !== 'InterfaceTypeDefinition') continue;
    for (const field of definition.fields ?? []) note(`${type}.${field.name.value}`, field.directives);
  }
  return needs;
}

/** A text to compare and to read: `a:view and b:view, or c:view`. */
export const describeNeed = (need: Need | undefined): string =>
  need === undefined
    ? 'nothing'
    : need.length === 0
      ? 'a signed-in user'
      : need
          .map((all) => [...all].sort().join(' and '))
          .sort()
          .join(', or ');
