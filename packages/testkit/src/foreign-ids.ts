/** Asks every field of a graph for things of somebody else, one id at a time, and holds the answer against that for a thing of nowhere. */
import { newId } from '@enghub/subgraph-kit/ids';
import type { Claims } from '@enghub/subgraph-kit/claims';
import fc from 'fast-check';
import {
  buildClientSchema,
  getIntrospectionQuery,
  getNullableType,
  isInputObjectType,
  isListType,
  isObjectType,
  isScalarType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { argumentsOf, documentOf, selectionOf, type Known, type Values } from './graph-fields.ts';

/** Whoever asks, and the plant that is theirs. */
export type Stranger = Readonly<{ who: Claims; factoryId: string }>;

/** What a subgraph's ids stand for. */
export type IdKinds = Readonly<{
  /** The kind of thing that an input of `field` takes, by its name or its path; FACTORY for a plant, undefined for what is no plant's. */
  kindOf(field: string, input: string, path: string): string | undefined;
  /** Inputs whose ids are no plant's: the client makes them up, or the ERP gives them out. */
  notOurs: ReadonlySet<string>;
  /** Some ids of that kind in the plant, as its owner sees them. */
  idsOf(kind: string, factoryId: string): Promise<readonly string[]>;
  /** Entities of the graph by id, and their kind. */
  entities: Readonly<Record<string, string>>;
}>;

export type Question = Readonly<{
  ask(query: string, variables: Values, who: Claims): Promise<unknown>;
  schema: GraphQLSchema;
  kinds: IdKinds;
  /** The plant whose things are asked for. */
  theirPlant: string;
  /** What a stranger may well name, by the name of the input. */
  known: Known;
  seed: number;
  /** Questions for each field. */
  tries: number;
}>;

export type Leak = Readonly<{ place: string; heard: string; insteadOf: string }>;
/** Where something was asked for, and where more was heard than of nothing. */
export type Heard = Readonly<{ places: ReadonlySet<string>; asked: number; leaks: readonly Leak[] }>;

type Kind = 'query' | 'mutation';
type Field = GraphQLField<unknown, unknown>;
type Path = readonly (string | number)[];
type IdLeaf = Readonly<{ name: string; path: Path }>;

export async function schemaOf(ask: Question['ask'], who: Claims): Promise<GraphQLSchema> {
  const { data } = (await ask(getIntrospectionQuery(), {}, who)) as { data: IntrospectionQuery };
  return buildClientSchema(data);
}

/** Inputs of which nobody said what their ids are. */
export function unknownIds(schema: GraphQLSchema, { kindOf, notOurs }: IdKinds): string[] {
  return kinds.flatMap((kind) =>
    fieldsOf(schema, kind).flatMap((field) =>
      idLeaves(field.args, undefined)
        .filter(({ name, path }) => kindOf(field.name, name, pathOf(path)) === undefined && !notOurs.has(name))
        .map(({ path }) => `${field.name}(${pathOf(path)})`),
    ),
  );
}

export type Rows = <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;

/** Ids of a plant by the table that has them. What a subgraph knows only by another table's column is told as `[table, column]`. */
export const idsIn =
  (rows: Rows, namespace: string, knownBy: Readonly<Record<string, readonly [table: string, column: string]>> = {}) =>
  async (kind: string, factoryId: string): Promise<string[]> => {
    const [table, column] = knownBy[kind] ?? [kind, 'id'];
    const sql = `SELECT ${column}::text AS id FROM ${namespace}.${table} WHERE factory_id = $1`;
    return (await rows<{ id: string }>(sql, [factoryId])).map(({ id }) => id);
  };

/** A fingerprint of each table's rows of one plant; what only says that work is still under way is left out. */
export async function printsOf(
  rows: Rows,
  { namespace, tenantId, factoryId }: Readonly<{ namespace: string; tenantId: string; factoryId: string }>,
): Promise<Map<string, string>> {
  const tables = await rows<{ name: string }>(
    `SELECT c.table_name AS name
       FROM information_schema.columns c JOIN pg_class ON oid = format('%I.%I', c.table_schema, c.table_name)::regclass
      WHERE c.table_schema = $1 AND c.column_name = 'factory_id' AND NOT relispartition
        AND c.table_name NOT IN ('outbox', 'mailbox')`,
    [namespace],
  );
  const prints = new Map<string, string>();
  for (const { name } of tables) {
    const [row] = await rows<{ print: string }>(
      `SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) AS print FROM ${namespace}.${name} t
        WHERE tenant_id = $1 AND factory_id = $2`,
      [tenantId, factoryId],
    );
    prints.set(name, row!.print);
  }
  return prints;
}

/** Every place where the stranger hears of their things anything else than of what does not exist. */
export async function leaksTo(stranger: Stranger, question: Question): Promise<Heard> {
  const places = new Set<string>();
  const leaks: Leak[] = [];
  let asked = 0;
  const compare = async (place: string, of: string, answerTo: (id: string) => Promise<string>): Promise<void> => {
    const [theirs] = of === FACTORY ? [question.theirPlant] : await question.kinds.idsOf(of, question.theirPlant);
    if (!theirs) throw new Error(`their plant has no ${of}, so ${place} proves nothing`);
    const nothing = of === FACTORY ? 'factory-none' : newId();
    const heard = async (id: string) => (await answerTo(id)).replaceAll(id, '<it>');
    const [ofNothing, ofTheirs] = [await heard(nothing), await heard(theirs)];
    asked += 1;
    places.add(place);
    if (ofTheirs !== ofNothing) {
      leaks.push({ place, heard: ofTheirs.slice(0, 400), insteadOf: ofNothing.slice(0, 400) });
    }
  };
  for (const kind of kinds) {
    for (const field of fieldsOf(question.schema, kind)) await askField(kind, field, stranger, question, compare);
  }
  for (const [type, of] of Object.entries(question.kinds.entities)) {
    await compare(`_entities of ${type}`, of, (id) => askEntity(type, id, stranger, question));
  }
  return { places, asked, leaks };
}

const FACTORY = 'FACTORY';
const pathOf = (path: Path): string => path.join('.');
const kinds = ['query', 'mutation'] as const;

const fieldsOf = (schema: GraphQLSchema, kind: Kind): Field[] =>
  Object.values((kind === 'query' ? schema.getQueryType() : schema.getMutationType())?.getFields() ?? {}).filter(
    ({ name }) => !name.startsWith('_'),
  );

async function askField(
  kind: Kind,
  field: Field,
  stranger: Stranger,
  question: Question,
  compare: (place: string, of: string, answerTo: (id: string) => Promise<string>) => Promise<void>,
): Promise<void> {
  const known = await ownValues(field, stranger, question);
  const { seed, tries: numRuns } = question;
  for (const sample of fc.sample(argumentsOf(field, known, [newId()], 0), { seed, numRuns })) {
    // A page after a cursor that is none would be refused before anything else is looked at.
    const own: Values = 'after' in sample ? { ...sample, after: null } : sample;
    for (const { name, path } of idLeaves(field.args, own)) {
      const of = question.kinds.kindOf(field.name, name, pathOf(path));
      if (!of) continue;
      await compare(`${field.name}(${pathOf(path)})`, of, (id) =>
        answerTo(kind, field, withValue(own, path, id), stranger, question),
      );
    }
  }
}

/** What the stranger's own plant offers for each input, so that only one thing of a question is foreign. */
async function ownValues(field: Field, { factoryId }: Stranger, { kinds, known }: Question): Promise<Known> {
  const own: Record<string, readonly unknown[]> = { ...known, requestId: ['request'], factoryId: [factoryId] };
  for (const { name, path } of idLeaves(field.args, undefined)) {
    const kind = kinds.kindOf(field.name, name, pathOf(path));
    if (kind && kind !== FACTORY) own[name] = await kinds.idsOf(kind, factoryId);
  }
  return Object.fromEntries(Object.entries(own).filter(([, values]) => values.length > 0));
}

let requests = 0;

async function answerTo(kind: Kind, field: Field, values: Values, { who }: Stranger, { ask }: Question) {
  const leaves = idLeaves(field.args, values).filter(({ name }) => name === 'requestId');
  const sent = leaves.reduce((so, { path }) => withValue(so, path, `foreign-${++requests}`), values);
  return JSON.stringify(await ask(documentOf(kind, field), sent, who)).replace(/foreign-\d+/g, '<request>');
}

async function askEntity(type: string, id: string, { who }: Stranger, { ask, schema }: Question): Promise<string> {
  const entity = schema.getType(type);
  if (!isObjectType(entity)) throw new Error(`${type} is no entity`);
  const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} ${selectionOf(entity, 2)} } }`;
  return JSON.stringify(await ask(query, { of: [{ __typename: type, id }] }, who));
}

/** Every place of these values where an id may stand, whether or not one does. */
function idLeaves(
  fields: readonly (GraphQLArgument | GraphQLInputField)[],
  values: Values | undefined,
  path: Path = [],
): IdLeaf[] {
  return fields.flatMap(({ name, type }) => leavesOf(name, type, values?.[name], [...path, name]));
}

function leavesOf(name: string, type: GraphQLInputType, value: unknown, path: Path): IdLeaf[] {
  const bare = getNullableType(type);
  if (isScalarType(bare)) return bare.name === 'ID' ? [{ name, path }] : [];
  if (isListType(bare)) {
    const [first] = Array.isArray(value) ? (value as unknown[]) : [];
    return leavesOf(name, bare.ofType as GraphQLInputType, first, [...path, 0]);
  }
  return isInputObjectType(bare) ? idLeaves(Object.values(bare.getFields()), value as Values | undefined, path) : [];
}

/** The same values with another one at the path. */
function withValue<Value>(values: Value, [key, ...rest]: Path, value: unknown): Value {
  if (key === undefined) return value as Value;
  if (typeof key === 'number') {
    const list = Array.isArray(values) ? [...(values as unknown[])] : [];
    list[key] = withValue(list[key], rest, value);
    return list as Value;
  }
  const record = (values ?? {}) as Record<string, unknown>;
  return { ...record, [key]: withValue(record[key], rest, value) } as Value;
}
