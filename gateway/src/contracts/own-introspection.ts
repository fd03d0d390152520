/** Introspection answered from a contract's schema, where the graph itself would tell of everything. */
import { execute as executeIn, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { FederatedGraph } from '../apollo-adapter.ts';
import { isIntrospection } from '../authorisation/guard.ts';
import type { FieldSelection, Selection, SelectionTrees } from '../authorisation/selection-tree.ts';
import { stripDenied } from '../authorisation/strip.ts';

type Execute = FederatedGraph['execute'];

export function introspectingIn(schema: GraphQLSchema, treeOf: SelectionTrees, execute: Execute): Execute {
  return async (operation, context) => {
    const selections = treeOf(operation);
    const roots = rootFields(selections);
    const introspected = new Set(roots.filter(isIntrospection));
    if (introspected.size === 0) return execute(operation, context);

    const { variables } = operation;
    const others = new Set(roots.filter((it) => !introspected.has(it)));
    const rest = stripDenied(operation, selections, introspected).operation;
    const { document } = stripDenied(operation, selections, others).operation!;
    const shown = await executeIn({ schema, document, variableValues: variables });
    const answered = rest ? await execute({ ...rest, variables }, context) : { data: {} };
    return joined(roots, shown, answered);
  };
}

const rootFields = (selections: readonly Selection[]): readonly FieldSelection[] =>
  selections.flatMap((it) => (it.kind === 'field' ? [it] : rootFields(it.selections)));

/** One answer of two, with its fields in the order in which they were asked for. */
function joined(roots: readonly FieldSelection[], one: ExecutionResult, other: ExecutionResult): ExecutionResult {
  const errors = [...(one.errors ?? []), ...(other.errors ?? [])];
  const both: Record<string, unknown> = { ...one.data, ...other.data };
  const keys = roots.map(({ responseKey }) => responseKey).filter((key) => key in both);
  const data = one.data && other.data ? Object.fromEntries(keys.map((key) => [key, both[key]])) : null;
  return { data, ...(errors.length > 0 ? { errors } : {}) };
}
