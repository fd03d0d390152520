/** What the commands of an operation count for: by the scopes that the graph asks for them, so that new ones fall in place. */
import { getArgumentValues, type GraphQLSchema } from 'graphql';
import type { GraphOperation } from '../apollo-adapter.ts';
import { leavesOut } from '../authorisation/guard.ts';
import type { Needs } from '../authorisation/read-needs.ts';
import type { FieldSelection, Selection, SelectionTrees } from '../authorisation/selection-tree.ts';
import { longestList } from './cost.ts';
import { coerceVariables } from './variables.ts';

export type CommandClass = 'workOrderCommands' | 'reportCommands' | 'operations';

export type CommandMeter = (operation: GraphOperation) => ReadonlyMap<CommandClass, number>;

const classOfScope: Readonly<Record<string, CommandClass>> = {
  work_order: 'workOrderCommands',
  report: 'reportCommands',
};

/** Ten rows of a batch cost us less than one command by itself, so that an offline terminal's queue can drain. */
const ROWS_PER_COMMAND = 10;

const NOTHING: ReadonlyMap<CommandClass, number> = new Map();

export function commandClass(field: string, needs: Needs): CommandClass {
  const scopes = needs.fields.get(`Mutation.${field}`)?.alternatives.flat() ?? [];
  const named = scopes.map((scope) => classOfScope[scope.split(':', 1)[0]!]).find((it) => it !== undefined);
  return named ?? 'operations';
}

export function createCommandMeter(api: GraphQLSchema, needs: Needs, treeOf: SelectionTrees): CommandMeter {
  return (operation) => {
    if (operation.operation.operation !== 'mutation') return NOTHING;
    const { values = {} } = coerceVariables(api, operation.operation, operation.variables);
    const counts = new Map<CommandClass, number>();
    for (const { definition, node } of rootFields(treeOf(operation), values).values()) {
      if (definition.name.startsWith('__')) continue;
      const rows = longestList(getArgumentValues(definition, node, values));
      const name = commandClass(definition.name, needs);
      counts.set(name, (counts.get(name) ?? 0) + Math.max(1, Math.ceil(rows / ROWS_PER_COMMAND)));
    }
    return counts;
  };
}

/** By the key they are answered under: each key is one execution, whatever it is called. */
function rootFields(selections: readonly Selection[], values: Readonly<Record<string, unknown>>) {
  const fields = new Map<string, FieldSelection>();
  const collect = (among: readonly Selection[]): void => {
    for (const selection of among) {
      if (selection.conditions.some((condition) => leavesOut(condition, values))) continue;
      if (selection.kind === 'narrowing') collect(selection.selections);
      else fields.set(selection.responseKey, selection);
    }
  };
  collect(selections);
  return fields;
}
