/** Descriptions that speak of what is not in the contract: readers would look for it, and learn of it. */
import { isEnumType, type GraphQLNamedType, type GraphQLSchema } from 'graphql';

type Described = Readonly<{ coordinate: string; name: string; description: string | null | undefined }>;

type Member = Readonly<{ name: string; description?: string | null | undefined; args?: readonly Member[] }>;

function membersOf(type: GraphQLNamedType): readonly Member[] {
  if (isEnumType(type)) return type.getValues();
  return 'getFields' in type ? Object.values(type.getFields() as Record<string, Member>) : [];
}

function described(schema: GraphQLSchema): readonly Described[] {
  return Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => [
      { coordinate: type.name, name: type.name, description: type.description },
      ...membersOf(type).flatMap(({ name, description, args = [] }) => {
        const coordinate = `${type.name}.${name}`;
        return [
          { coordinate, name, description },
          ...args.map((it) => ({
            coordinate: `${coordinate}(${it.name}:)`,
            name: it.name,
            description: it.description,
          })),
        ];
      }),
    ]);
}

// Names of one word are words of the language too.
const compound = /\b[A-Za-z]+[a-z][A-Z]\w*\b/g;

export function spokenNames(api: GraphQLSchema, contract: GraphQLSchema): readonly string[] {
  const shown = described(contract);
  const known = new Set(shown.map(({ name }) => name));
  const hidden = new Set(
    described(api)
      .map(({ name }) => name)
      .filter((name) => !known.has(name)),
  );
  return shown.flatMap(({ coordinate, description }) =>
    [...new Set(description?.match(compound))]
      .filter((word) => hidden.has(word))
      .map((word) => `the description of ${coordinate} speaks of ${word}, which is not in the contract`),
  );
}
