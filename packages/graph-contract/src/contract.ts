/** A contract: the part of the graph that carries a tag. Pure, so that CI and the gateway make the same of it. */
import {
  buildASTSchema,
  GraphQLObjectType,
  GraphQLSchema,
  Kind,
  lexicographicSortSchema,
  parse,
  printSchema,
  visit,
} from 'graphql';
import { contractProblems } from './contract-problems.ts';
import { readTags } from './read-tags.ts';
import { spokenNames } from './spoken-names.ts';
import { selectionOf, type ContractSelection } from './selection.ts';

export type ContractTags = Readonly<{ include: string; exclude: string }>;

export type Contract = Readonly<{ schema: GraphQLSchema; sdl: string; problems: readonly string[] }>;

/** What of `api`, the API schema of `supergraphSdl`, these tags let through, and what is wrong with that. */
export function composeContract(api: GraphQLSchema, supergraphSdl: string, tags: ContractTags): Contract {
  const tagged = readTags(supergraphSdl);
  const selection = selectionOf(api, tagged.tags, tags);
  const problems = contractProblems(api, tagged, selection, tags);
  if (problems.length > 0 || !selection.hasType('Query')) return { schema: nothing(), sdl: '', problems };
  const schema = lexicographicSortSchema(cutOut(api, selection));
  return { schema, sdl: `${printSchema(schema).trim()}\n`, problems: spokenNames(api, schema) };
}

function cutOut(api: GraphQLSchema, { hasType, hasMember, hasArgument }: ContractSelection): GraphQLSchema {
  const named = ({ name }: { name: { value: string } }): boolean => hasType(name.value);
  const cut = visit(parse(printSchema(api), { noLocation: true }), {
    enter(node) {
      // Directives of the graph's own making are no client's to use.
      if (node.kind === Kind.DIRECTIVE_DEFINITION) return null;
      if (!node.kind.endsWith('TypeDefinition') || !('name' in node) || !node.name) return undefined;
      const type = node.name.value;
      if (!hasType(type)) return null;
      const part: Record<string, unknown> = { ...node };
      if ('interfaces' in node) part.interfaces = node.interfaces?.filter(named);
      if ('types' in node) part.types = node.types?.filter(named);
      if ('fields' in node) {
        part.fields = node.fields
          ?.filter(({ name }) => hasMember(type, name.value))
          .map((field) =>
            'arguments' in field
              ? {
                  ...field,
                  arguments: field.arguments?.filter((it) => hasArgument(type, field.name.value, it.name.value)),
                }
              : field,
          );
      }
      return part;
    },
  });
  return buildASTSchema(cut);
}

/** A graph without the tag: a schema in which no document is valid. */
const nothing = (): GraphQLSchema =>
  new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: {} }), assumeValid: true });
