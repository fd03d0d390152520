/** What stands beside the elements of a supergraph: `@tag` and whether a type is an entity. */
import { Kind, parse, type ConstDirectiveNode } from 'graphql';

/** Keys are coordinates: `Type`, `Type.field`, `Type.field(argument:)`; values of enums are `Enum.VALUE`. */
export type Tags = ReadonlyMap<string, ReadonlySet<string>>;

export type Tagged = Readonly<{ tags: Tags; entities: ReadonlySet<string> }>;

type Element = Readonly<{ name: { value: string }; directives?: readonly ConstDirectiveNode[] | undefined }>;

const valueOf = (directive: ConstDirectiveNode, argument: string): string | undefined => {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
};

export function readTags(supergraphSdl: string): Tagged {
  const tags = new Map<string, Set<string>>();
  const entities = new Set<string>();

  function note(coordinate: string, { directives = [] }: Element): void {
    for (const directive of directives) {
      if (directive.name.value !== 'tag') continue;
      const known = tags.get(coordinate) ?? new Set();
      tags.set(coordinate, known.add(valueOf(directive, 'name') ?? ''));
    }
  }

  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (!('name' in definition) || !definition.name || !definition.kind.endsWith('TypeDefinition')) continue;
    const type = definition as Element;
    note(type.name.value, type);
    const keys = type.directives?.filter((it) => it.name.value === 'join__type' && valueOf(it, 'key') !== undefined);
    if (keys?.length) entities.add(type.name.value);
    for (const member of membersOf(definition)) {
      const coordinate = `${type.name.value}.${member.name.value}`;
      note(coordinate, member);
      for (const argument of member.arguments ?? []) note(`${coordinate}(${argument.name.value}:)`, argument);
    }
  }
  return { tags, entities };
}

type Member = Element & Readonly<{ arguments?: readonly Element[] }>;

function membersOf(definition: object): readonly Member[] {
  const { fields, values } = definition as { fields?: readonly Member[]; values?: readonly Member[] };
  return fields ?? values ?? [];
}
