import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type Answer, type TestGateway } from '../testing/test-gateway.ts';

let house: TestGateway;

beforeAll(async () => {
  house = await startTestGateway();
});
afterAll(() => house.stop());

const post = ({ query, ...more }: { query: string; variables?: unknown }): Promise<Answer> =>
  house.ask(query, 'admin', more);
const codeOf = (answer: Answer) => answer.errors?.[0]?.extensions.code;

describe('limits', () => {
  const many = (count: number, part: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => part(at)).join(' ');

  it.each([
    ['QUERY_TOO_DEEP', `{ workOrders ${'{ parent '.repeat(50)}{ id }${' }'.repeat(50)} }`],
    [
      'QUERY_TOO_DEEP',
      `{ workOrders { ...F0 } } ${many(20, (at) => `fragment F${at} on WorkOrder { parent { ...F${at + 1} } }`)} fragment F20 on WorkOrder { id }`,
    ],
    ['TOO_MANY_ALIASES', `{ ${many(101, (at) => `a${at}: __typename`)} }`],
    ['TOO_MANY_ALIASES', `mutation { ${many(101, (at) => `a${at}: touch`)} }`],
    ['TOO_MANY_FIELDS', `{ ${'__typename '.repeat(1_000)} }`],
    [
      'TOO_MANY_FIELDS',
      `{ workOrders { ...F0 } } ${many(12, (at) => `fragment F${at} on WorkOrder { ...F${at + 1} ...F${at + 1} }`)} fragment F12 on WorkOrder { id number }`,
    ],
    ['TOO_MANY_ROOT_FIELDS', `{ ${many(25, (at) => `a${at}: __typename`)} }`],
    ['TOO_MANY_DIRECTIVES', `{ __typename ${'@aa '.repeat(10)} }`],
    ['TOO_MANY_TOKENS', `{ __typename ${'@aa '.repeat(10_000)} }`],
    ['TOO_MANY_TOKENS', `{ ${'...F '.repeat(10_000)} } fragment F on Query { __typename }`],
    ['RESERVED_ALIAS', '{ __proto__: __typename }'],
    ['QUERY_TOO_COSTLY', '{ workOrders(first: 100000) { id } }'],
    ['QUERY_TOO_COSTLY', '{ workOrders(first: 1000) { inspections(first: 1000) { id } } }'],
    ['BAD_USER_INPUT', '{ echo(text: "a\\u0000b") }'],
  ])('%s', async (code, query) => {
    const before = house.plant.touched;
    const answer = await post({ query });
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
    expect(answer.errors).toHaveLength(1);
    expect(house.plant.touched).toBe(before);
  });

  it('bound lists in arguments', async () => {
    const query = 'query Q($t: [String!]) { echo(texts: $t) }';
    const answer = await post({ query, variables: { t: Array.from({ length: 100_000 }, () => 'x') } });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'QUERY_TOO_COSTLY']);
  });

  it('leave an honest page alone', async () => {
    expect((await post({ query: '{ workOrders(first: 50) { id inspections(first: 20) { id } } }' })).status).toBe(200);
  });

  it('name circular fragments', async () => {
    const answer = await post({
      query: '{ workOrders { ...A } } fragment A on WorkOrder { ...B } fragment B on WorkOrder { ...A }',
    });
    expect(codeOf(answer)).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('show at most ten mistakes, and never what was meant', async () => {
    const answer = await post({ query: `{ ${many(20, (at) => `workOrder${at}`)} }` });
    expect(answer.errors!.length).toBeLessThanOrEqual(11);
    expect(JSON.stringify(answer)).not.toContain('Did you mean');
    const input = await post({
      query: 'query Q($f: WorkOrderFilter) { workOrders(filter: $f) { id } }',
      variables: { f: { statu: ['X'] } },
    });
    expect(codeOf(input)).toBe('BAD_USER_INPUT');
    expect(JSON.stringify(input)).not.toContain('Did you mean');
  });

  it.each([{ n: -1 }, { n: 2 ** 31 }, { n: 1.5 }, { n: '1' }, { n: null }, {}])(
    'survive odd numbers: %j',
    async (variables) => {
      const answer = await post({ query: 'query Q($n: Int!) { workOrders(first: $n) { id } }', variables });
      expect(answer.status).toBeLessThan(500);
      if (!answer.data) expect(codeOf(answer)).toBe('BAD_USER_INPUT');
    },
  );

  it('refuse NUL anywhere in the variables', async () => {
    const query = 'query Q($f: WorkOrderFilter) { workOrders(filter: $f) { id } }';
    const answer = await post({ query, variables: { f: { status: ['ok', 'a\0b'] } } });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_USER_INPUT']);
  });
});
