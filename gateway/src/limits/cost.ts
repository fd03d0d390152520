/** How many objects an answer may come to hold, judged by the page sizes and lists that the client asks with. */
import {
  getArgumentValues,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  type GraphQLOutputType,
} from 'graphql';
import type { FieldSelection, Selection, SelectionTrees } from '../authorisation/selection-tree.ts';
import type { GraphOperation } from '../apollo-adapter.ts';

type Values = Readonly<Record<string, unknown>>;

const PAGE_SIZES = ['first', 'last', 'limit'] as const;

export function createCostMeter(treeOf: SelectionTrees, assumedListSize: number) {
  const costOf = (selections: readonly Selection[], variables: Values, isPaged: boolean): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === 'narrowing') return sum + costOf(selection.selections, variables, isPaged);
      return sum + costOfField(selection, variables, isPaged);
    }, 0);

  function costOfField(field: FieldSelection, variables: Values, isPaged: boolean): number {
    const { definition, selections } = field;
    const isComposite = isCompositeType(getNamedType(definition.type));
    if (definition.name.startsWith('__') || (!isComposite && definition.args.length === 0)) return 0;

    const args = definition.args.length > 0 ? getArgumentValues(definition, field.node, variables) : {};
    const page = PAGE_SIZES.map((name) => args[name]).find((size) => typeof size === 'number') as number | undefined;
    // A list inside a page (its edges) is the page that was counted already.
    const listed = page === undefined && isList(definition.type) && !isPaged ? assumedListSize : 1;
    const factor = Math.max(page ?? listed, longestList(args), 1);
    return factor * (1 + costOf(selections, variables, page !== undefined));
  }

  return (operation: GraphOperation, variables: Values): number => costOf(treeOf(operation), variables, false);
}

const isList = (type: GraphQLOutputType): boolean => isListType(isNonNullType(type) ? type.ofType : type);

/** The longest list anywhere in the arguments: a batch command costs what its items cost. */
export function longestList(value: unknown): number {
  if (Array.isArray(value)) return Math.max(value.length, ...value.slice(0, 100).map(longestList));
  if (typeof value !== 'object' || value === null) return 0;
  return Math.max(0, ...Object.values(value).map(longestList));
}
