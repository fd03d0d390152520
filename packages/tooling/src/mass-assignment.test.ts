/** A client says what it wants, never what the system knows: whose it is, who did it, and how far it has come. */
import { buildASTSchema, getNamedType, isInputObjectType, parse, type GraphQLInputType } from 'graphql';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './subgraphs.ts';

const schema = buildASTSchema(parse(readFileSync(path.join(root, 'schema/api.graphql'), 'utf8')), {
  assumeValidSDL: true,
});

const known =
  /^(tenant(Id)?|status|state|role|permissions|isSealed|replayed|.*(edBy|tenBy))$|^(created|updated|approved|decided|defined|granted|revoked|closed|released|completed|written|moved|recorded)At$/;

/** Whether a lot may be used is what people say when they receive or inspect it. */
const isDecidedByPeople = (type: GraphQLInputType): boolean => getNamedType(type).name === 'LotStatus';

function fieldsOf(type: GraphQLInputType, seen = new Set<string>()): string[] {
  const named = getNamedType(type);
  if (!isInputObjectType(named) || seen.has(named.name)) return [];
  seen.add(named.name);
  return Object.values(named.getFields()).flatMap((field) => [
    ...(isDecidedByPeople(field.type) ? [] : [`${named.name}.${field.name}`]),
    ...fieldsOf(field.type, seen),
  ]);
}

const mutations = Object.values(schema.getMutationType()!.getFields());

describe('what a command takes', () => {
  it.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
    '%s names nothing of that',
    (_name, { args }) => {
      const names = args.flatMap((arg) => [`.${arg.name}`, ...fieldsOf(arg.type)]);
      expect(names.filter((name) => known.test(name.split('.')[1]!))).toEqual([]);
    },
  );
});
