import { GraphQLError, getNamedType, isObjectType, type GraphQLSchema } from 'graphql';
import type { Viewer } from '../viewer.ts';
import type { Need, Needs } from './read-needs.ts';
import { and, allow, chain, or, rule, shield } from './shield-library.ts';

type Rule = ReturnType<typeof rule> extends (fn: never) => infer R ? R : never;
type AnyRule = Rule | ReturnType<typeof and>;
type RuleTree = Record<string, Record<string, AnyRule>>;

/** Gives why the viewer may not have a field, or null when they may. */
export type FieldCheck = (type: string, field: string, viewer: Viewer) => Promise<GraphQLError | null>;

export const forbidden = () =>
  new GraphQLError('You are not allowed to see or do this.', { extensions: { code: 'FORBIDDEN' } });
export const unauthenticated = () => new GraphQLError('Sign in first.', { extensions: { code: 'UNAUTHENTICATED' } });

/** The needs of the supergraph as graphql-shield rules over the API schema. What nothing guards, everyone may have. */
export function buildRuleTree(api: GraphQLSchema, needs: Needs): RuleTree {
  const rules = createRules();
  const tree: RuleTree = {};
  for (const type of Object.values(api.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const asked = [
        needs.types.get(type.name),
        needs.fields.get(`${type.name}.${field.name}`),
        needs.types.get(getNamedType(field.type).name),
      ].filter((need) => need !== undefined);
      if (asked.length > 0) (tree[type.name] ??= {})[field.name] = combine(chain, asked.map(rules));
    }
  }
  return tree;
}

/** Runs shield's own middleware for one field, without any resolver behind it. */
export function fieldCheck(api: GraphQLSchema, tree: RuleTree): FieldCheck {
  const middleware = shield(tree, {
    fallbackRule: allow,
    fallbackError: forbidden,
    allowExternalErrors: true,
  } as never);
  const generated = (middleware as unknown as { generate(schema: GraphQLSchema): Generated }).generate(api);

  return async (type, field, viewer) => {
    if (!tree[type]?.[field]) return null;
    const entry = generated[type]?.[field];
    const check = typeof entry === 'function' ? entry : entry?.resolve;
    if (!check) return forbidden();
    const answer = await check(() => ALLOWED, undefined, {}, { viewer }, { fieldName: field });
    if (answer === ALLOWED) return null;
    return answer instanceof GraphQLError ? answer : forbidden();
  };
}

const ALLOWED = Symbol('allowed');

type Check = (
  resolve: () => symbol,
  parent: undefined,
  args: object,
  context: { viewer: Viewer },
  info: object,
) => Promise<unknown>;
type Generated = Readonly<Record<string, Readonly<Record<string, Check | { resolve: Check }>>>>;
type RuleContext = Readonly<{ viewer: Viewer }>;

function createRules(): (need: Need) => AnyRule {
  const isSignedIn = rule('signed-in', { cache: 'contextual' })(
    (_parent, _args, { viewer }: RuleContext) => viewer.isSignedIn || unauthenticated(),
  );
  const scopeRules = new Map<string, AnyRule>();

  function hasScope(scope: string): AnyRule {
    const known = scopeRules.get(scope);
    if (known) return known;
    const fresh = rule(`scope:${scope}`, { cache: 'contextual' })((_parent, _args, { viewer }: RuleContext) =>
      viewer.permissions.has(scope),
    );
    scopeRules.set(scope, fresh);
    return fresh;
  }

  return ({ alternatives }) => {
    if (alternatives.length === 0) return isSignedIn;
    const held = combine(
      or,
      alternatives.map((all) => combine(and, all.map(hasScope))),
    );
    return chain(isSignedIn, held);
  };
}

const combine = (how: typeof and, rules: readonly AnyRule[]): AnyRule =>
  rules.length === 1 ? rules[0]! : how(...rules);
