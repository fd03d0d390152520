/** The mutations of the schema, and what they leave behind. */
import { readTypeDefs } from '@enghub/subgraph-kit/type-defs';
import type { TestSubgraph } from '@enghub/testkit/subgraph';
import { Kind, parse, print, visit } from 'graphql';
import { definition } from '../subgraph.ts';

/** Mutation → the type of its input. */
export const mutations = new Map<string, string>();
export const types = new Set<string>();
/** Inputs that carry the id of their request. */
const identified = new Set<string>();

for (const source of readTypeDefs(definition.folder)) {
  visit(parse(source), {
    ObjectTypeDefinition: ({ name }) => void types.add(name.value),
    InputObjectTypeDefinition: ({ name, fields = [] }) => {
      if (fields.some((field) => field.name.value === 'requestId')) identified.add(name.value);
    },
    ObjectTypeExtension: (type) => {
      if (type.name.value !== 'Mutation') return;
      for (const { name, arguments: args = [] } of type.fields ?? []) {
        const input = args.find((argument) => argument.name.value === 'input');
        mutations.set(name.value, input?.type.kind === Kind.NON_NULL_TYPE ? print(input.type) : 'no input');
      }
    },
  });
}

export const takesRequestId = (mutation: string): boolean => identified.has(mutations.get(mutation)!.replace('!', ''));

export const calling = (mutation: string): string =>
  `mutation($input: ${mutations.get(mutation)}) { answer: ${mutation}(input: $input) {
     __typename ... on Refusal { message } } }`;

/** By the trace of a request and its id: audit entries, events, and of each booking whether it was answered. */
export async function tracesOf(mes: TestSubgraph, traceId: string, requestId: unknown) {
  const [entries] = await mes.rows<{ count: number }>(
    'SELECT count(*)::int FROM mes.audit_entries WHERE trace_id = $1',
    [traceId],
  );
  const [events] = await mes.rows<{ count: number }>(
    `SELECT count(*)::int FROM mes.outbox WHERE envelope->>'trace_id' = $1`,
    [traceId],
  );
  const booked = await mes.rows<{ answered: boolean }>(
    'SELECT answer IS NOT NULL AS answered FROM mes.requests WHERE request_id = $1',
    [requestId],
  );
  return { entries: entries!.count, events: events!.count, answers: booked.map(({ answered }) => answered) };
}
