import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { readDecimal, writeDecimal } from './decimals.ts';
import { isStorable } from './instants.ts';

const badInput = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

function readInstant(value: unknown): Date {
  const match = typeof value === 'string' ? RFC3339.exec(value) : null;
  const instant = match ? new Date(value as string) : undefined;
  // Date rolls 30 February over to March: compare what was asked with what the calendar has.
  if (!match || !instant || !isStorable(instant) || !isDay(`${match[1]}-${match[2]}-${match[3]}`)) {
    throw badInput('DateTime must be an RFC 3339 instant such as "2012-01-30T06:24:00Z".');
  }
  return instant;
}

function isDay(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match || match[1] === '0000') return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function readDay(value: unknown): string {
  if (typeof value !== 'string' || !isDay(value)) {
    throw badInput('LocalDate must be a day of the calendar such as "2012-01-30".');
  }
  return value;
}

function readQuantity(value: unknown): string {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  const decimal = typeof text === 'string' ? readDecimal(text) : null;
  if (!decimal) throw badInput('Decimal must be a number with at most 14 digits before and 4 after the point.');
  return writeDecimal(decimal);
}

function literal(node: ValueNode): unknown {
  return node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : undefined;
}

/** Resolvers of the scalars in schema/common.graphql. */
export const scalars = {
  DateTime: new GraphQLScalarType<Date, string>({
    name: 'DateTime',
    serialize: (value) => (value instanceof Date ? value : new Date(value as string)).toISOString(),
    parseValue: readInstant,
    parseLiteral: (node) => readInstant(literal(node)),
  }),
  LocalDate: new GraphQLScalarType<string, string>({
    name: 'LocalDate',
    serialize: (value) => (value instanceof Date ? value.toISOString().slice(0, 10) : String(value)),
    parseValue: readDay,
    parseLiteral: (node) => readDay(literal(node)),
  }),
  Decimal: new GraphQLScalarType<string, string>({
    name: 'Decimal',
    serialize: (value) => writeDecimal(String(value)),
    parseValue: readQuantity,
    parseLiteral: (node) => readQuantity(literal(node)),
  }),
};
