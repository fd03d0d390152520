/** Bounds on the text of an operation, checked before anything looks it up in the schema. */
import {
  GraphQLError,
  Kind,
  parse,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { overLimit, type Limits } from './limits.ts';

export type ParsedText = Readonly<{ document: DocumentNode } | { error: GraphQLError }>;

/** Parses a text, or says why not: too long, not GraphQL, or shaped like an attack. */
export function parseWithinLimits(text: string, limits: Limits): ParsedText {
  let document: DocumentNode;
  try {
    document = parse(text, { noLocation: false, maxTokens: limits.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (error.message.includes(`more that ${limits.tokens} tokens`)) {
      return { error: overLimit('TOO_MANY_TOKENS', `The query has more than ${limits.tokens} tokens.`) };
    }
    const { message, source, positions } = error;
    return { error: new GraphQLError(message, { source, positions, extensions: { code: 'GRAPHQL_PARSE_FAILED' } }) };
  }
  const error = plainExcess(document, limits) ?? expandedExcess(document, limits);
  return error ? { error } : { document };
}

/** What can be counted on the document as it is written. */
function plainExcess(document: DocumentNode, limits: Limits): GraphQLError | undefined {
  let aliases = 0;
  let directives = 0;
  let excess: GraphQLError | undefined;
  const found = (error: GraphQLError): void => void (excess ??= error);

  const countDirectives = (on: { directives?: readonly DirectiveNode[] | undefined }): void => {
    const here = on.directives?.length ?? 0;
    directives += here;
    if (here > limits.directivesPerField || directives > limits.directives) {
      found(overLimit('TOO_MANY_DIRECTIVES', 'The query has too many directives.'));
    }
  };
  visit(document, {
    Field(field) {
      countDirectives(field);
      if (!field.alias) return;
      aliases += 1;
      if (aliases > limits.aliases)
        found(overLimit('TOO_MANY_ALIASES', `The query has more than ${limits.aliases} aliases.`));
      if (field.alias.value.startsWith('__')) found(overLimit('RESERVED_ALIAS', 'An alias may not begin with "__".'));
    },
    OperationDefinition: countDirectives,
    FragmentDefinition: countDirectives,
    FragmentSpread: countDirectives,
    InlineFragment: countDirectives,
    VariableDefinition: countDirectives,
    SelectionSet(set) {
      if (isRepetitive(set, limits.repeats))
        found(overLimit('TOO_MANY_FIELDS', 'The query asks for the same field too often.'));
    },
    StringValue({ value }) {
      if (value.includes('\0')) found(overLimit('BAD_USER_INPUT', 'A text may not contain the NUL character.'));
    },
  });
  return excess;
}

function isRepetitive({ selections }: SelectionSetNode, limit: number): boolean {
  if (selections.length <= limit) return false;
  const times = new Map<string, number>();
  return selections.some((selection) => {
    const key = selection.kind === Kind.FIELD ? (selection.alias ?? selection.name).value : `...${nameOf(selection)}`;
    const seen = (times.get(key) ?? 0) + 1;
    times.set(key, seen);
    return seen > limit;
  });
}

const nameOf = (selection: { name?: { value: string }; typeCondition?: { name: { value: string } } | undefined }) =>
  selection.name?.value ?? selection.typeCondition?.name.value ?? '';

type Size = Readonly<{ fields: number; rootFields: number; depth: number; introspectionDepth: number }>;

const NOTHING: Size = { fields: 0, rootFields: 0, depth: 0, introspectionDepth: 0 };

/** What only shows once fragments are written out: each fragment is measured once, so a bomb is cheap to refuse. */
function expandedExcess(document: DocumentNode, limits: Limits): GraphQLError | undefined {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const it of document.definitions) if (it.kind === Kind.FRAGMENT_DEFINITION) fragments.set(it.name.value, it);
  const sizes = new Map<string, Size>();
  const open = new Set<string>();

  function sizeOfFragment(name: string): Size {
    const known = sizes.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    // Unknown and circular fragments are left to validation, which names them.
    if (!fragment || open.has(name)) return NOTHING;
    open.add(name);
    const size = sizeOf(fragment.selectionSet);
    open.delete(name);
    sizes.set(name, size);
    return size;
  }

  function sizeOf(set: SelectionSetNode): Size {
    let fields = 0;
    let rootFields = 0;
    let depth = 0;
    let introspectionDepth = 0;
    for (const selection of set.selections) {
      const isField = selection.kind === Kind.FIELD;
      const inner = isField
        ? selection.selectionSet && sizeOf(selection.selectionSet)
        : selection.kind === Kind.FRAGMENT_SPREAD
          ? sizeOfFragment(selection.name.value)
          : sizeOf(selection.selectionSet);
      fields += (inner?.fields ?? 0) + (isField ? 1 : 0);
      rootFields += isField ? 1 : (inner?.rootFields ?? 0);
      const below = (inner?.depth ?? 0) + (isField ? 1 : 0);
      introspectionDepth = Math.max(introspectionDepth, inner?.introspectionDepth ?? 0);
      if (isField && selection.name.value.startsWith('__')) introspectionDepth = Math.max(introspectionDepth, below);
      else depth = Math.max(depth, below);
    }
    return { fields, rootFields, depth, introspectionDepth };
  }

  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { fields, rootFields, depth, introspectionDepth } = sizeOf(definition.selectionSet);
    if (depth > limits.depth || introspectionDepth > limits.introspectionDepth) {
      return overLimit('QUERY_TOO_DEEP', `The query is nested more than ${limits.depth} fields deep.`);
    }
    if (fields > limits.expandedFields) return overLimit('TOO_MANY_FIELDS', 'The query asks for too many fields.');
    if (rootFields > limits.rootFields) {
      return overLimit('TOO_MANY_ROOT_FIELDS', `The query has more than ${limits.rootFields} fields at its root.`);
    }
  }
  return undefined;
}
