/** An operation with its fragments written out, each field knowing on which types it is asked. Free of permissions. */
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { GraphOperation } from '../apollo-adapter.ts';
import { boundedCache } from '../bounded-cache.ts';

export type Selection = FieldSelection | Narrowing;

export type FieldSelection = Readonly<{
  kind: 'field';
  node: FieldNode;
  responseKey: string;
  definition: GraphQLField<unknown, unknown>;
  /** The object types that may stand here; one, unless the field is asked through an interface. */
  types: readonly GraphQLObjectType[];
  conditions: readonly DirectiveNode[];
  selections: readonly Selection[];
  /** The type that the selections are written against. */
  target: GraphQLCompositeType | null;
}>;

/** A fragment: its selections count for values of `type` only. */
export type Narrowing = Readonly<{
  kind: 'narrowing';
  type: GraphQLCompositeType;
  conditions: readonly DirectiveNode[];
  selections: readonly Selection[];
}>;

/** What each cache of trees may hold in all. */
export const MAX_REMEMBERED_SELECTIONS = 100_000;

export const countSelections = (selections: readonly Selection[]): number =>
  selections.reduce((count, selection) => count + 1 + countSelections(selection.selections), 0);

export type SelectionTrees = (operation: GraphOperation) => readonly Selection[];

/** Expands valid operations, each once. */
export function selectionTrees(api: GraphQLSchema): SelectionTrees {
  const trees = boundedCache<readonly Selection[]>(MAX_REMEMBERED_SELECTIONS, countSelections);
  return ({ document, operation, queryHash }) => {
    const key = `${queryHash}:${operation.name?.value ?? ''}`;
    return trees.get(key) ?? trees.set(key, expandOperation(api, document, operation));
  };
}

function expandOperation(
  api: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly Selection[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const possible = (type: GraphQLCompositeType) => (isAbstractType(type) ? api.getPossibleTypes(type) : [type]);

  function expand(
    set: SelectionSetNode,
    declared: GraphQLCompositeType,
    types: readonly GraphQLObjectType[],
  ): readonly Selection[] {
    return set.selections.map((node): Selection => {
      const conditions = (node.directives ?? []).filter(
        ({ name }) => name.value === 'skip' || name.value === 'include',
      );
      if (node.kind === Kind.FIELD) {
        const definition = definitionOf(api, declared, node.name.value);
        const target = getNamedType(definition.type);
        const composite = isCompositeType(target) ? target : null;
        return {
          kind: 'field',
          node,
          responseKey: node.alias?.value ?? node.name.value,
          definition,
          types,
          conditions,
          target: composite,
          selections: composite && node.selectionSet ? expand(node.selectionSet, composite, possible(composite)) : [],
        };
      }
      const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value)! : node;
      const condition = fragment.typeCondition?.name.value;
      const type = condition ? (api.getType(condition) as GraphQLCompositeType) : declared;
      const within = new Set(possible(type));
      return {
        kind: 'narrowing',
        type,
        conditions,
        selections: expand(
          fragment.selectionSet,
          type,
          types.filter((it) => within.has(it)),
        ),
      };
    });
  }

  const root = api.getRootType(operation.operation);
  if (!root) throw new Error(`the graph has no ${operation.operation} type`);
  return expand(operation.selectionSet, root, [root]);
}

function definitionOf(api: GraphQLSchema, parent: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (parent === api.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  const field = 'getFields' in parent ? parent.getFields()[name] : undefined;
  if (!field) throw new Error(`${parent.name} has no field ${name}`);
  return field;
}
