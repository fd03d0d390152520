import { createHash } from 'node:crypto';
import { composeContract } from '@enghub/graph-contract/contract';
import { partnerTags } from '@enghub/graph-contract/partner';
import { buildClientSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadGraph } from '../apollo-adapter.ts';
import { inProcessSource } from '../sources/in-process-source.ts';
import { startTestGateway, type Answer, type TestGateway } from '../testing/test-gateway.ts';
import { newPlant, testSubgraphs, testSupergraph } from '../testing/test-graph.ts';
import { signedInSocket, type TestSocket } from '../testing/test-socket.ts';

let house: TestGateway;
const open: TestSocket[] = [];

beforeAll(async () => {
  house = await startTestGateway({ rates: { operations: 0 }, recheckMs: 50 });
});
afterAll(() => house.stop());
afterEach(() => {
  for (const { socket } of open.splice(0)) socket.terminate();
});

const NO_SUCH_OPERATIONS = 'There are no operations of this kind: subscription.';
const everything = () => house.grants.get('admin')!;
const signIn = async (user: string) => {
  const socket = await signedInSocket(house.url, await house.issuer.token(user));
  open.push(socket);
  return socket;
};
const messages = ({ errors }: Pick<Answer, 'errors'>) => errors?.map(({ message }) => message);
const codes = ({ errors }: Pick<Answer, 'errors'>) => errors?.map(({ extensions }) => extensions.code);

/** Asks over a socket, and gives what an HTTP answer would hold. */
async function overSocket(query: string, user: string, variables = {}): Promise<Pick<Answer, 'data' | 'errors'>> {
  const socket = await signIn(user);
  socket.send({ type: 'subscribe', id: '1', payload: { query, variables } });
  const { type, payload } = await socket.next();
  return type === 'error' ? { errors: payload as NonNullable<Answer['errors']> } : (payload as Answer);
}

async function overGet(query: string, user: string, variables = {}): Promise<Pick<Answer, 'data' | 'errors'>> {
  const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  const response = await fetch(`${house.url}/graphql?${search}`, {
    headers: { authorization: `Bearer ${await house.issuer.token(user)}`, 'apollo-require-preflight': 'yes' },
  });
  return (await response.json()) as Answer;
}

const overPost = (query: string, user: string, variables = {}) => house.ask(query, user, { variables });
const ways = { overPost, overGet, overSocket };

describe('a partner introspects', () => {
  it('the contract, the whole contract and nothing but the contract', async () => {
    const graph = await loadGraph(
      testSupergraph(),
      (name) => inProcessSource(testSubgraphs(newPlant()).get(name)!, pino({ level: 'silent' })),
      pino({ level: 'silent' }),
    );
    const { sdl } = composeContract(graph.apiSchema, testSupergraph(), partnerTags);
    await graph.stop();

    for (const ask of [overPost, overSocket]) {
      const { data } = await ask(getIntrospectionQuery(), 'partner');
      const seen = printSchema(lexicographicSortSchema(buildClientSchema(data as never)));
      expect(`${seen.trim()}\n`).toBe(sdl);
    }
  });

  it('beside data, in the order of the question, inside fragments and under conditions', async () => {
    const answer = await house.ask(
      `query Q($no: Boolean!) { n: __typename ...F orders: workOrders(first: 1) { id } skipped: __schema @skip(if: $no) { description } }
       fragment F on Query { __type(name: "Inspection") { fields { name } } }`,
      'partner',
      { variables: { no: true } },
    );
    expect(answer.errors).toBeUndefined();
    expect(JSON.stringify(answer.data)).toBe(
      JSON.stringify({
        n: 'Query',
        __type: { fields: [{ name: 'id' }, { name: 'result' }] },
        orders: [{ id: 'wo-1' }],
      }),
    );
  });

  it('no type outside of it: that answer is the one of a type that does not exist', async () => {
    const query = 'query T($n: String!) { __type(name: $n) { name } }';
    for (const n of ['Employee', 'NoSuchType']) {
      expect(await house.ask(query, 'partner', { variables: { n } })).toMatchObject({ data: { __type: null } });
    }
    expect((await house.ask(query, 'admin', { variables: { n: 'Employee' } })).data).toEqual({
      __type: { name: 'Employee' },
    });
  });
});

describe.each(Object.entries(ways))('what is outside of the contract, asked %s', (_way, ask) => {
  it.each([
    ['a field', '{ workOrders { cost } }', 'cost'],
    ['a field of the root', '{ me { name } }', 'me'],
    ['a type in a fragment', '{ workOrders { ... on Employee { name } } }', 'Employee'],
    ['an argument', '{ echo(texts: ["a"]) }', 'texts'],
    ['a field of an input', '{ workOrders(filter: { text: "a" }) { id } }', 'text'],
    ['the type of a variable', 'query Q($a: Asset) { echo(text: "a") }', 'Asset'],
  ])('is refused as if it were not there: %s', async (_case, query, name) => {
    const unknown = 'zzzzz';
    const word = new RegExp(`\\b${name}\\b`, 'g');
    const hidden = await ask(query, 'partner');
    const absent = await ask(query.replace(word, unknown), 'partner');
    expect(hidden.data).toBeUndefined();
    expect(codes(hidden)).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(messages(hidden)?.map((it) => it.replace(word, unknown))).toEqual(messages(absent));
    expect(messages(hidden)?.join()).not.toMatch(/did you mean/i);
  });

  it('is refused in variables too', async () => {
    const query = 'query Q($f: WorkOrderFilter) { workOrders(first: 1, filter: $f) { id } }';
    const hidden = await ask(query, 'partner', { f: { text: 'a' } });
    const absent = await ask(query, 'partner', { f: { zzzz: 'a' } });
    expect(codes(hidden)).toEqual(['BAD_USER_INPUT']);
    expect(messages(hidden)?.map((it) => it.replaceAll(/\btext\b/g, 'zzzz'))).toEqual(messages(absent));
    expect((await ask(query, 'admin', { f: { text: 'a' } })).errors).toBeUndefined();
  });
});

it('a command outside of the contract is not run', async () => {
  const before = house.plant.touched;
  for (const ask of [overPost, overSocket]) {
    expect(codes(await ask('mutation { touch }', 'partner'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  }
  expect(house.plant.touched).toBe(before);
});

it('what a partner sees is still subject to scopes', async () => {
  house.grants.set('poor-partner', { factories: ['factory-sh-01'], permissions: ['graph:partner'] });
  const answer = await house.ask(
    '{ echo(text: "a") workOrders { id } __type(name: "WorkOrder") { name } }',
    'poor-partner',
  );
  expect(answer.errors).toMatchObject([{ path: ['workOrders'], extensions: { code: 'FORBIDDEN' } }]);
});

it('judges each by their own schema, however partners and others alternate on one document', async () => {
  const query = 'query Same { workOrders(first: 1) { id cost } }';
  const shared = 'query Shared { __type(name: "Employee") { name } workOrders(first: 1) { number } }';
  const one = async (user: string, ask = overPost) => {
    const [hidden, seen] = [await ask(query, user), await ask(shared, user)];
    if (user === 'partner') {
      expect([user, messages(hidden)]).toEqual([user, ['Cannot query field "cost" on type "WorkOrder".']]);
      expect([user, seen.data]).toEqual([user, { __type: null, workOrders: [{ number: 'N-wo-1' }] }]);
    } else {
      const cost = user === 'admin' ? 7 : null;
      expect([user, hidden.data]).toEqual([user, { workOrders: [{ id: 'wo-1', cost }] }]);
      const type = user === 'admin' ? { name: 'Employee' } : null;
      expect([user, seen.data]).toEqual([user, { __type: type, workOrders: [{ number: 'N-wo-1' }] }]);
    }
  };
  const users = ['admin', 'partner', 'operator', 'partner', 'admin', 'operator'];
  for (const user of users) await one(user);
  for (const user of users) await one(user, overSocket as never);
  await Promise.all(Array.from({ length: 60 }, (_, at) => one(users[(at * 5) % users.length]!)));
});

it('a document that somebody else had remembered opens nothing', async () => {
  const query = 'query Remembered { workOrders(first: 1) { id cost } }';
  const extensions = {
    persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
  };
  expect((await house.ask(query, 'admin', { extensions })).errors).toBeUndefined();
  const byHash = await house.ask(undefined as never, 'partner', { extensions });
  expect(byHash.data).toBeUndefined();
  const withText = await house.ask(query, 'partner', { extensions });
  expect(messages(withText)).toEqual(['Cannot query field "cost" on type "WorkOrder".']);
  expect((await house.ask(undefined as never, 'partner', { extensions })).data).toBeUndefined();
});

describe('a partner’s subscription', () => {
  const board = (fields: string) =>
    `subscription Board { shiftBoard(stationId: "s", shiftDate: "2012-01-30") { ${fields} } }`;

  it('shows what the contract has, and later what changed', async () => {
    house.plant.goodQuantity = 1;
    const [partner, admin] = [await signIn('partner'), await signIn('admin')];
    for (const socket of [admin, partner]) {
      socket.send({ type: 'subscribe', id: '1', payload: { query: board('goodQuantity workOrder { number }') } });
      expect(await socket.next()).toMatchObject({
        type: 'next',
        payload: { data: { shiftBoard: { goodQuantity: 1 } } },
      });
    }
    house.plant.goodQuantity = 2;
    house.live.publish('tenant-001.shiftBoard.s.2012-01-30.day');
    for (const socket of [admin, partner])
      expect(await socket.next()).toMatchObject({ payload: { data: { shiftBoard: { goodQuantity: 2 } } } });
  });

  it('is refused with what the contract lacks, though others watch just that', async () => {
    const admin = await signIn('admin');
    admin.send({ type: 'subscribe', id: '1', payload: { query: board('secret') } });
    expect(await admin.next()).toMatchObject({ payload: { data: { shiftBoard: { secret: 42 } } } });
    expect(messages(await overSocket(board('secret'), 'partner'))).toEqual([
      'Cannot query field "secret" on type "ShiftBoard".',
    ]);
    expect(messages(await overSocket('subscription { notificationReceived { readBy } }', 'partner'))).toEqual([
      'Cannot query field "notificationReceived" on type "Subscription".',
    ]);
  });
});

describe('when the ERP changes who is a partner', () => {
  const query = '{ workOrders(first: 1) { cost } }';

  it('the next question is judged anew, and open sockets are closed, whichever way it changes', async () => {
    const permissions = everything().permissions;
    house.grants.set('changing', { factories: ['factory-sh-01'], permissions });
    const before = await signIn('changing');
    expect((await house.ask(query, 'changing')).errors).toBeUndefined();

    house.grants.set('changing', { factories: ['factory-sh-01'], permissions: [...permissions, 'graph:partner'] });
    house.gateway.permissionsChanged('changing');
    expect(codes(await house.ask(query, 'changing'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect((await before.closed).code).toBe(4403);

    const during = await signIn('changing');
    house.grants.set('changing', { factories: ['factory-sh-01'], permissions });
    house.gateway.permissionsChanged('changing');
    expect((await house.ask(query, 'changing')).errors).toBeUndefined();
    expect((await during.closed).code).toBe(4403);
  });
});

it('a graph in which nothing is tagged gives partners nothing', async () => {
  const bare = await startTestGateway({ supergraphSdl: testSupergraph().replaceAll(/@tag\(name: "\w+"\)/g, '') });
  try {
    expect(codes(await bare.ask('{ workOrders { id } }', 'partner'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(codes(await bare.ask('mutation { touch }', 'partner'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(bare.plant.touched).toBe(0);
    const socket = await signedInSocket(bare.url, await bare.issuer.token('partner'));
    open.push(socket);
    const query = 'subscription { notificationReceived { readBy } }';
    socket.send({ type: 'subscribe', id: '1', payload: { query } });
    expect(await socket.next()).toMatchObject({ type: 'error', payload: [{ message: NO_SUCH_OPERATIONS }] });
    expect((await bare.ask('{ workOrders(first: 1) { id } }', 'admin')).errors).toBeUndefined();
  } finally {
    await bare.stop();
  }
});
