/** Decides, before anything is executed, which fields of an operation the viewer may have. */
import {
  getArgumentValues,
  getVariableValues,
  type GraphQLError,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type DirectiveNode,
  type GraphQLSchema,
} from 'graphql';
import type { GraphOperation } from '../apollo-adapter.ts';
import { boundedCache } from '../bounded-cache.ts';
import type { Viewer } from '../viewer.ts';
import type { Needs } from './read-needs.ts';
import { buildRuleTree, fieldCheck, forbidden, unauthenticated } from './rule-tree.ts';
import {
  countSelections,
  MAX_REMEMBERED_SELECTIONS,
  type FieldSelection,
  type Selection,
  type SelectionTrees,
} from './selection-tree.ts';
import { stripDenied, type Stripped } from './strip.ts';

export const INTROSPECTION_SCOPE = 'schema:introspect';

/** Why each denied place of an operation is denied. */
export type Denials = ReadonlyMap<FieldSelection, GraphQLError>;

export type Verdict =
  | Readonly<{ allowed: true }>
  | Readonly<{ allowed: false; denials: Denials; selections: readonly Selection[]; stripped: Stripped }>;

export type Guard = Readonly<{ judge(operation: GraphOperation, viewer: Viewer): Promise<Verdict> }>;

type Analysis = Readonly<{
  selections: readonly Selection[];
  guarded: readonly { site: FieldSelection; conditions: readonly DirectiveNode[] }[];
  /** What a verdict depends on besides the viewer: variables of @skip, @include and __type(name:). */
  variables: readonly string[];
}>;

const ALL_ALLOWED: Verdict = { allowed: true };

/** The rules come from the supergraph alone, so its directives are the one source of truth. */
export function createGuard(api: GraphQLSchema, needs: Needs, treeOf: SelectionTrees): Guard {
  const tree = buildRuleTree(api, needs);
  const check = fieldCheck(api, tree);
  const analyses = boundedCache<Analysis>(MAX_REMEMBERED_SELECTIONS, (it) => countSelections(it.selections));
  const verdicts = boundedCache<Verdict>(MAX_REMEMBERED_SELECTIONS, weightOf);

  function analyse(operation: GraphOperation): Analysis {
    const selections = treeOf(operation);
    const guarded: { site: FieldSelection; conditions: readonly DirectiveNode[] }[] = [];
    const variables = new Set<string>();
    const visit = (selection: Selection, inherited: readonly DirectiveNode[]): void => {
      const conditions = selection.conditions.length > 0 ? [...inherited, ...selection.conditions] : inherited;
      if (selection.kind === 'field') {
        const { definition, types, node } = selection;
        if (isIntrospection(selection) || types.some((type) => tree[type.name]?.[definition.name])) {
          guarded.push({ site: selection, conditions });
          if (isIntrospection(selection)) for (const it of node.arguments ?? []) noteVariable(it.value, variables);
          for (const it of conditions) noteVariable(it.arguments?.[0]?.value, variables);
        }
      }
      for (const child of selection.selections) visit(child, conditions);
    };
    for (const selection of selections) visit(selection, []);
    return { selections, guarded, variables: [...variables] };
  }

  /** A field asked through an interface is allowed only where every type that may stand there allows it. */
  async function denial({ types, definition }: FieldSelection, viewer: Viewer): Promise<GraphQLError | null> {
    for (const type of types) {
      const error = await check(type.name, definition.name, viewer);
      if (error) return error;
    }
    return null;
  }

  function introspectionDenial(site: FieldSelection, variables: Values, viewer: Viewer): GraphQLError | null {
    // A contract shows itself, and no more: see contracts/own-introspection.ts.
    if (viewer.contract === 'partner' || viewer.permissions.has(INTROSPECTION_SCOPE)) return null;
    // The truth about a type that doesn't exist is null, and tells nothing.
    if (site.definition === TypeMetaFieldDef && !api.getType(String(argumentsOf(site, variables).name))) return null;
    return viewer.isSignedIn ? forbidden() : unauthenticated();
  }

  async function judgeAfresh(
    operation: GraphOperation,
    analysis: Analysis,
    variables: Values,
    viewer: Viewer,
  ): Promise<Verdict> {
    const denials = new Map<FieldSelection, GraphQLError>();
    for (const { site, conditions } of analysis.guarded) {
      if (conditions.some((condition) => leavesOut(condition, variables))) continue;
      const error = isIntrospection(site) ? introspectionDenial(site, variables, viewer) : await denial(site, viewer);
      if (error) denials.set(site, error);
    }
    if (denials.size === 0) return ALL_ALLOWED;
    const { selections } = analysis;
    return { allowed: false, denials, selections, stripped: stripDenied(operation, selections, denials) };
  }

  return {
    async judge(operation, viewer) {
      const key = `${operation.queryHash}:${operation.operation.name?.value ?? ''}`;
      const analysis = analyses.get(key) ?? analyses.set(key, analyse(operation));
      if (analysis.guarded.length === 0) return ALL_ALLOWED;

      const variables = coerced(api, operation);
      const chosen = analysis.variables.map((name) => JSON.stringify(variables[name]) ?? '');
      const verdictKey = [key, viewer.permissionsKey, ...chosen].join('|');
      return (
        verdicts.get(verdictKey) ?? verdicts.set(verdictKey, await judgeAfresh(operation, analysis, variables, viewer))
      );
    },
  };
}

const weightOf = (verdict: Verdict): number => (verdict.allowed ? 1 : countSelections(verdict.selections));

type Values = Readonly<Record<string, unknown>>;

export const isIntrospection = ({ definition }: FieldSelection): boolean =>
  definition === SchemaMetaFieldDef || definition === TypeMetaFieldDef;

/** Variables with their defaults. Values that don't fit are refused by the executor, before anything runs. */
function coerced(api: GraphQLSchema, { operation, variables }: GraphOperation): Values {
  return getVariableValues(api, operation.variableDefinitions ?? [], variables).coerced ?? {};
}

const argumentsOf = (site: FieldSelection, variables: Values): Values =>
  getArgumentValues(site.definition, site.node, variables);

/** True where @skip or @include takes the field out of the answer. */
export function leavesOut(condition: DirectiveNode, variables: Values): boolean {
  const value = condition.arguments?.[0]?.value;
  const given =
    value?.kind === Kind.VARIABLE ? variables[value.name.value] : value?.kind === Kind.BOOLEAN && value.value;
  return condition.name.value === 'skip' ? given === true : given === false;
}

function noteVariable(value: { kind: Kind } | undefined, into: Set<string>): void {
  if (value?.kind === Kind.VARIABLE) into.add((value as unknown as { name: { value: string } }).name.value);
}
