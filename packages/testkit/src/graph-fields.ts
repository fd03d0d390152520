/** Questions about any field of the graph; arguments are mostly what a small plant has, now and then what nobody should send. */
import fc from 'fast-check';
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLOutputType,
} from 'graphql';

/** Values that the plant knows, by the name of the input field or argument. */
export type Known = Readonly<Record<string, readonly unknown[]>>;
export type Values = Readonly<Record<string, unknown>>;

const UNKNOWN = '0191b2c3-0000-7000-8000-000000000001';
const texts = ['', ' ', 'x'.repeat(10_000), 'a\0b', '\ud800', 'ok\udfff', '💥'.repeat(60), "'; --", '%_\\', '{"a":1}'];
const ids = [
  ...texts,
  UNKNOWN,
  UNKNOWN.toUpperCase(),
  `${UNKNOWN}0`,
  '1',
  'null',
  '00000000-0000-0000-0000-000000000000',
];
const decimals = [
  '-1',
  '-99999999999999.9999',
  '0',
  '0.0001',
  '99999999999999',
  '99999999999999.9999',
  '1.2345',
  '1e3',
];
const ints = [0, -1, 1, 2_147_483_647, -2_147_483_648];
const days = ['0001-01-01', '9999-12-31', '1969-12-31', '2024-02-29'];
const instants = [
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59-12:00',
  '1969-12-31T23:59:59Z',
];
const cursorParts = [
  '',
  '\0',
  'x',
  UNKNOWN,
  '2026-01-05T00:00:00.000Z',
  '9'.repeat(400),
  '-1',
  '1e400',
  '\ud800',
  '+275760-09-13T00:00:00Z',
];
const farAway = fc.constantFrom(
  '+275760-09-13T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '2026-02-30',
  '-1',
  '1e400',
  '\0',
);
const cursor = fc
  .oneof(
    fc.array(fc.constantFrom(...cursorParts), { minLength: 1, maxLength: 4 }),
    fc.tuple(farAway, fc.constantFrom(UNKNOWN, 'x')),
    fc.tuple(fc.constant('1'), farAway, fc.constant(UNKNOWN)),
  )
  .map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url'));

const garbage: Readonly<Record<string, readonly unknown[]>> = {
  ID: ids,
  String: texts,
  Decimal: decimals,
  Int: ints,
  Float: ints,
  Boolean: [true, false],
  LocalDate: days,
  DateTime: instants,
};
const usual: Readonly<Record<string, readonly unknown[]>> = {
  ID: [UNKNOWN],
  String: ['A remark'],
  Decimal: ['1', '2', '0.5', '10'],
  Int: [1, 2, 10],
  Float: [1],
  Boolean: [true, false],
  LocalDate: ['2026-01-05', '2026-01-06', '2012-01-30'],
  DateTime: ['2026-01-05T02:00:00Z', '2026-01-05T04:00:00Z', '2012-01-30T06:24:00Z'],
};

type Leaf = Readonly<{ name: string; known: Known; others: readonly string[]; odds: number }>;

/** `odds` out of ten that a value is one that no client should send; `others` are ids of another tenant. */
export const argumentsOf = (
  field: GraphQLField<unknown, unknown>,
  known: Known,
  others: readonly string[],
  odds: number,
): fc.Arbitrary<Values> => record(field.args, { name: '', known, others, odds });

const record = (fields: readonly (GraphQLArgument | GraphQLInputField)[], leaf: Leaf): fc.Arbitrary<Values> =>
  fc.record(Object.fromEntries(fields.map(({ name, type }) => [name, valueOf(type, { ...leaf, name })])));

function valueOf(type: GraphQLInputType, leaf: Leaf): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return present(type.ofType as GraphQLInputType, leaf);
  const absent = leaf.known[leaf.name] && leaf.name !== 'after' ? 2 : 4;
  return fc.oneof(
    { weight: absent, arbitrary: fc.constantFrom(null, undefined) },
    { weight: 2, arbitrary: present(type, leaf) },
  );
}

function present(type: GraphQLInputType, leaf: Leaf): fc.Arbitrary<unknown> {
  const { name, known, others, odds } = leaf;
  const bare = getNullableType(type);
  if (isListType(bare)) {
    const of = valueOf(bare.ofType as GraphQLInputType, leaf);
    return fc.oneof(
      { weight: 12, arbitrary: fc.array(of, { minLength: 1, maxLength: 2 }) },
      { weight: odds, arbitrary: fc.constant([]) },
      { weight: odds / 2, arbitrary: of.map((value) => Array.from({ length: 501 }, () => value)) },
    );
  }
  if (isInputObjectType(bare)) return record(Object.values(bare.getFields()), leaf);
  if (isEnumType(bare)) {
    const values = bare.getValues().map((value) => value.name);
    const usual = values.filter((value) => known[name]?.includes(value));
    return fc.constantFrom(...(usual.length > 0 ? usual : values));
  }
  const bad: fc.Arbitrary<unknown>[] = [fc.constantFrom(...garbage[bare.name]!)];
  if (name === 'after') bad.push(cursor, cursor);
  if (bare.name === 'ID') bad.push(fc.constantFrom(...others));
  return fc.oneof(
    { weight: 10 - odds, arbitrary: fc.constantFrom(...(known[name] ?? usual[bare.name]!)) },
    { weight: odds, arbitrary: fc.oneof(...bad) },
  );
}

/** Everything that may be asked of an answer, two objects deep; aliases keep members of a union apart. */
export function selectionOf(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return '';
  if (isUnionType(named)) {
    return `{ __typename ${named
      .getTypes()
      .map((member) => `... on ${member.name} ${selectionOf(member, depth)}`)
      .join(' ')} }`;
  }
  if (!isObjectType(named)) return '{ __typename }';
  const fields = Object.values(named.getFields())
    .filter((field) => !field.args.some((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined))
    .filter((field) => depth > 0 || !isCompositeType(getNamedType(field.type)))
    .map((field) => `${named.name}_${field.name}: ${field.name} ${selectionOf(field.type, depth - 1)}`);
  return `{ __typename ${fields.join(' ')} }`;
}

/** Asks for the field under the alias `answer`. */
export function documentOf(kind: 'query' | 'mutation', field: GraphQLField<unknown, unknown>): string {
  const variables = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const args = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  return `${kind}${variables && `(${variables})`} { answer: ${field.name}${args && `(${args})`} ${selectionOf(field.type, 2)} }`;
}
