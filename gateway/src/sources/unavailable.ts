import { GraphQLError, Kind, parse, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';

type Path = readonly (string | number)[];

export const unavailableCode = 'SUBGRAPH_UNAVAILABLE';

/**
 * What a fetch answers when its subgraph doesn't: no data, and one error for each field that was to be filled, with the
 * path of its first place. The rest of the query is answered.
 */
export function unavailable(subgraph: string, query: string, variables: Readonly<Record<string, unknown>> = {}) {
  const errors = missingFields(query, variables).map(({ path, occurrences }) =>
    new GraphQLError('This part of the graph does not answer at the moment.', {
      path,
      extensions: { code: unavailableCode, subgraph, ...(occurrences > 1 ? { occurrences } : {}) },
    }).toJSON(),
  );
  return { data: null, errors };
}

function missingFields(query: string, { representations }: Readonly<Record<string, unknown>>) {
  const operation = parse(query, { noLocation: true }).definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const places = operation ? fieldPaths(operation.selectionSet) : [];
  const occurrences = Array.isArray(representations) ? representations.length : 1;
  return places.map((path) => ({ path, occurrences }));
}

function fieldPaths(root: SelectionSetNode): Path[] {
  return root.selections.flatMap((selection): Path[] => {
    if (selection.kind !== Kind.FIELD) return [];
    if (selection.name.value !== '_entities') return [[selection.alias?.value ?? selection.name.value]];
    const names = new Set<string>();
    for (const part of selection.selectionSet?.selections ?? []) {
      const fields = part.kind === Kind.INLINE_FRAGMENT ? part.selectionSet.selections : [part];
      for (const field of fields) {
        if (field.kind === Kind.FIELD && field.name.value !== '__typename')
          names.add(field.alias?.value ?? field.name.value);
      }
    }
    return [...names].map((name) => ['_entities', 0, name]);
  });
}
