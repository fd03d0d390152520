/** Rewrites an operation without its denied fields, so that they are neither planned nor fetched. */
import { createHash } from 'node:crypto';
import {
  isAbstractType,
  Kind,
  print,
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { GraphOperation } from '../apollo-adapter.ts';
import type { FieldSelection, Selection } from './selection-tree.ts';

export type Stripped = Readonly<{
  /** What is left to execute, under a hash of its own; null when nothing is. */
  operation: Omit<GraphOperation, 'variables'> | null;
  /** The fields on the way to a denied one: only their values need completing afterwards. */
  touched: ReadonlySet<FieldSelection>;
}>;

/** Tells the completion which type an abstract value has. No client can ask for it: names with `__` are reserved. */
export const TYPENAME_KEY = '__enghubType';

const typenameField: FieldNode = {
  kind: Kind.FIELD,
  alias: { kind: Kind.NAME, value: TYPENAME_KEY },
  name: { kind: Kind.NAME, value: '__typename' },
};

type Places = Readonly<{ has(site: FieldSelection): boolean }>;

export function stripDenied(operation: GraphOperation, selections: readonly Selection[], denials: Places): Stripped {
  const touched = new Set<FieldSelection>();
  for (const selection of selections) noteTouched(selection, denials, touched);

  function keep(kept: readonly Selection[]): SelectionNode[] {
    return kept.flatMap((selection): SelectionNode[] => {
      if (selection.kind === 'narrowing') {
        const within = keep(selection.selections);
        return within.length > 0 ? [inlineFragment(selection.type, selection.conditions, within)] : [];
      }
      if (denials.has(selection)) return [];
      const { node, target } = selection;
      if (!target) return [node];
      const within = keep(selection.selections);
      const needsType = within.length === 0 || (isAbstractType(target) && touched.has(selection));
      return [{ ...node, selectionSet: selectionSet(needsType ? [typenameField, ...within] : within) }];
    });
  }

  const left = keep(selections);
  if (left.length === 0) return { operation: null, touched };
  const rewritten = withUsedVariables({ ...operation.operation, selectionSet: selectionSet(left) });
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [rewritten] };
  const queryHash = createHash('sha256').update(print(document)).digest('hex');
  return { operation: { document, operation: rewritten, queryHash }, touched };
}

function noteTouched(selection: Selection, denials: Places, touched: Set<FieldSelection>): boolean {
  const below = selection.selections.map((child) => noteTouched(child, denials, touched)).some(Boolean);
  if (selection.kind === 'narrowing') return below;
  if (below) touched.add(selection);
  return below || denials.has(selection);
}

const selectionSet = (selections: readonly SelectionNode[]): SelectionSetNode => ({
  kind: Kind.SELECTION_SET,
  selections,
});

const inlineFragment = (
  type: GraphQLCompositeType,
  directives: InlineFragmentNode['directives'],
  selections: readonly SelectionNode[],
): InlineFragmentNode => ({
  kind: Kind.INLINE_FRAGMENT,
  typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } },
  directives,
  selectionSet: selectionSet(selections),
});

function withUsedVariables(operation: OperationDefinitionNode): OperationDefinitionNode {
  const used = new Set<string>();
  visit(operation.selectionSet, { Variable: ({ name }) => void used.add(name.value) });
  const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value));
  return { ...operation, variableDefinitions };
}
