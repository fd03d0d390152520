/** How resolver types are made from a subgraph's SDL: one preset for all, mappers from each. */
import { eventsSdlOf } from '@enghub/subgraph-kit/events/sdl';
import { generate, type CodegenConfig } from '@graphql-codegen/cli';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { folderOf, schemaFiles, sharedSchemas } from './subgraphs.ts';

/** GraphQL type name → `path#Type` of the domain state its resolvers receive, relative to `src/generated/`. */
export type Mappers = Readonly<Record<string, string>>;

type Target = Readonly<{ subgraph: string; mappers: Mappers }>;

async function typesOf({ subgraph, mappers }: Target): Promise<[string, CodegenConfig['generates'][string]]> {
  const config = {
    federation: true,
    contextType: '../context.ts#Context',
    mappers,
    scalars: {
      ID: 'string',
      Decimal: 'string',
      DateTime: { input: 'Date', output: 'Date | string' },
      LocalDate: 'string',
    },
    enumsAsTypes: true,
    immutableTypes: true,
    useTypeImports: true,
    defaultScalarType: 'unknown',
    // A nullable argument may be left out or sent as null: both reach the resolver.
    inputMaybeValue: 'T | null | undefined',
    resolversNonOptionalTypename: { unionMember: true, interfaceImplementingType: true },
  };
  const file = path.join(folderOf(subgraph), 'src/generated/graphql.ts');
  const schema = [...sharedSchemas, eventsSdlOf(subgraph), ...(await schemaFiles(subgraph))];
  return [file, { schema, plugins: ['typescript', 'typescript-resolvers'], config }];
}

async function mappersOf(subgraph: string): Promise<Mappers> {
  const module: unknown = await import(pathToFileURL(path.join(folderOf(subgraph), 'codegen.ts')).href);
  return (module as { mappers: Mappers }).mappers;
}

/** Writes `src/generated/graphql.ts` of each subgraph named. */
export async function generateResolverTypes(names: readonly string[]): Promise<void> {
  const targets = await Promise.all(
    names.map(async (subgraph) => typesOf({ subgraph, mappers: await mappersOf(subgraph) })),
  );
  await generate({ generates: Object.fromEntries(targets), silent: true, errorsOnly: true }, true);
}
