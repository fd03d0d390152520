import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let house: TestGateway;

beforeAll(async () => {
  house = await startTestGateway();
});
afterAll(() => house.stop());
beforeEach(() => {
  house.plant.started = 0;
  house.plant.touched = 0;
});

const codes = (answer: { errors?: readonly { extensions: Record<string, unknown> }[] }) =>
  answer.errors?.map((error) => error.extensions.code);

describe('an allowed operation', () => {
  it('is answered across subgraphs, with one batch for twenty orders', async () => {
    house.plant.inspectionBatches = 0;
    const answer = await house.ask('{ workOrders(first: 20) { id cost inspections { result note } } }');
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.workOrders).toHaveLength(20);
    expect(house.plant.inspectionBatches).toBe(1);
  });
});

describe('a denied field', () => {
  it('is null with an error at its path, inside lists, fragments and aliases; the rest is answered', async () => {
    const answer = await house.ask(
      'query Q { workOrders(first: 2) { id inspections { ...I } } } fragment I on Inspection { result n: note author { name } }',
      'operator',
    );
    expect(answer.status).toBe(200);
    expect(answer.data?.workOrders).toEqual([
      {
        id: 'wo-1',
        inspections: [
          { result: 'PASS', n: null, author: { name: 'Li' } },
          { result: 'FAIL', n: null, author: { name: 'Wu' } },
        ],
      },
      {
        id: 'wo-2',
        inspections: [
          { result: 'PASS', n: null, author: { name: 'Li' } },
          { result: 'FAIL', n: null, author: { name: 'Wu' } },
        ],
      },
    ]);
    expect(answer.errors).toMatchObject([
      {
        path: ['workOrders', 0, 'inspections', 0, 'n'],
        extensions: { code: 'FORBIDDEN', coordinate: 'Inspection.note', occurrences: 4 },
      },
    ]);
  });

  it('takes its parent with it where it may not be null', async () => {
    const answer = await house.ask('{ workOrders(first: 1) { id inspections { strict } } }', 'operator');
    expect(answer.data).toEqual({ workOrders: [{ id: 'wo-1', inspections: null }] });
    expect(codes(answer)).toEqual(['FORBIDDEN']);
  });

  it('needs every scope of an alternative', async () => {
    house.grants.set('half', { factories: [], permissions: ['hr:salary'] });
    expect((await house.ask('{ me { name salary } }', 'half')).data).toEqual({ me: { name: 'half', salary: null } });
    house.grants.set('whole', { factories: [], permissions: ['hr:salary', 'hr:view'] });
    expect((await house.ask('{ me { name salary } }', 'whole')).data).toEqual({ me: { name: 'whole', salary: 100 } });
  });

  it('is denied through an interface as soon as one type denies it', async () => {
    const answer = await house.ask('{ assets { id price } }', 'operator');
    expect(answer.data?.assets).toEqual([
      { id: 't-1', price: null },
      { id: 'm-1', price: null },
    ]);
    expect(answer.errors).toMatchObject([
      { path: ['assets', 0, 'price'], extensions: { code: 'FORBIDDEN', occurrences: 2 } },
    ]);
  });

  it.each(['assets', 'anyAssets'])('is judged for the type of its fragment, in %s', async (field) => {
    const answer = await house.ask(`{ ${field} { ... on Tool { price } ... on Machine { name price } } }`, 'operator');
    expect(answer.data?.[field]).toEqual([{ price: null }, { name: 'Lathe', price: 9 }]);
    expect(answer.errors).toHaveLength(1);
  });

  it('judges one fragment differently in two places', async () => {
    const answer = await house.ask(
      '{ assets { ... on Tool { ...P } ... on Machine { ...P } } } fragment P on Asset { id price }',
      'operator',
    );
    expect(answer.data?.assets).toEqual([
      { id: 't-1', price: null },
      { id: 'm-1', price: 9 },
    ]);
  });

  it('is no error when @skip or @include leaves it out', async () => {
    const query = 'query Q($s: Boolean!) { workOrders(first: 1) { id cost @skip(if: $s) } }';
    expect((await house.ask(query, 'operator', { variables: { s: true } })).errors).toBeUndefined();
    const shown = await house.ask(query, 'operator', { variables: { s: false } });
    expect(shown.data).toEqual({ workOrders: [{ id: 'wo-1', cost: null }] });
    expect(codes(shown)).toEqual(['FORBIDDEN']);
  });

  it('drops the variables and fragments that only it used', async () => {
    const answer = await house.ask(
      'query Q($n: Int!, $t: String) { workOrders(first: $n) { id } me { salary @include(if: true) } echo(text: $t) }',
      'nobody',
      { variables: { n: 1, t: 'x' } },
    );
    expect(answer.data).toEqual(null);
    expect(codes(answer)).toEqual(['FORBIDDEN']);
    const rest = await house.ask('query Q($t: String) { me { salary } echo(text: $t) }', 'nobody', {
      variables: { t: 'x' },
    });
    expect(rest.data).toEqual({ me: { salary: null }, echo: 'x' });
  });

  it('is hidden when nothing else was asked', async () => {
    const answer = await house.ask('{ me { salary } }', 'nobody');
    expect(answer.data).toEqual({ me: { salary: null } });
    expect(codes(answer)).toEqual(['FORBIDDEN']);
  });

  it('does not leak through a plan that was cached for someone else', async () => {
    for (let round = 0; round < 3; round += 1) {
      expect((await house.ask('{ me { name salary } }', 'nobody')).data).toEqual({
        me: { name: 'nobody', salary: null },
      });
      expect((await house.ask('{ me { name salary } }', 'admin')).data).toEqual({ me: { name: 'admin', salary: 100 } });
    }
  });

  it('asks a visitor without a token to sign in', async () => {
    const answer = await house.ask('{ me { name } }', null);
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({ me: null });
    expect(codes(answer)).toEqual(['UNAUTHENTICATED']);
  });
});

describe('a denied mutation', () => {
  it('does not run', async () => {
    const answer = await house.ask('mutation { startOperation(id: "wo-1") { id } }', 'operator');
    expect(answer.data).toEqual({ startOperation: null });
    expect(codes(answer)).toEqual(['FORBIDDEN']);
    expect(house.plant.started).toBe(0);
  });

  it('does not run beside an allowed one, which does', async () => {
    const answer = await house.ask('mutation { a: startOperation(id: "wo-1") { id } touch }', 'operator');
    expect(answer.data).toEqual({ a: null, touch: 1 });
    expect(house.plant).toMatchObject({ started: 0, touched: 1 });
  });

  it('runs under either alternative of its scopes', async () => {
    house.grants.set('trusted', { factories: [], permissions: ['mes:admin', 'mes:trusted'] });
    await house.ask('mutation { startOperation(id: "wo-1") { id } }', 'trusted');
    await house.ask('mutation { startOperation(id: "wo-1") { id } }', 'admin');
    expect(house.plant.started).toBe(2);
  });
});

describe('introspection', () => {
  it('is for those with the scope', async () => {
    const answer = await house.ask('{ __schema { queryType { name } } __type(name: "WorkOrder") { name } }', 'admin');
    expect(answer.data).toEqual({ __schema: { queryType: { name: 'Query' } }, __type: { name: 'WorkOrder' } });
  });

  it('is denied to others, and the rest is answered', async () => {
    const answer = await house.ask('{ t: __type(name: "WorkOrder") { name } me { name } }', 'operator');
    expect(answer.data).toEqual({ t: null, me: { name: 'operator' } });
    expect(codes(answer)).toEqual(['FORBIDDEN']);
    expect(codes(await house.ask('{ __schema { queryType { name } } }', null))).toEqual(['UNAUTHENTICATED']);
  });

  it('tells anyone the root type name, and that an unknown type is unknown', async () => {
    const answer = await house.ask('query Q($n: String!) { __typename __type(name: $n) { name } }', null, {
      variables: { n: 'sometype' },
    });
    expect(answer.data).toEqual({ __typename: 'Query', __type: null });
    expect(answer.errors).toBeUndefined();
    expect(
      codes(
        await house.ask('query Q($n: String!) { __typename __type(name: $n) { name } }', null, {
          variables: { n: 'WorkOrder' },
        }),
      ),
    ).toEqual(['UNAUTHENTICATED']);
  });

  it('does not know the subgraphs’ own root fields', async () => {
    expect(codes(await house.ask('{ _service { sdl } }', 'admin'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(codes(await house.ask('{ _entities(representations: []) { __typename } }', 'admin'))).toContain(
      'GRAPHQL_VALIDATION_FAILED',
    );
  });
});

describe('a failing subgraph', () => {
  it('blanks its own fields, with the path and a code, and the rest is answered', async () => {
    house.plant.qmsFails = true;
    const answer = await house.ask('{ workOrders(first: 2) { id inspections { result } } }');
    house.plant.qmsFails = false;
    expect(answer.status).toBe(200);
    expect(answer.data?.workOrders).toEqual([
      { id: 'wo-1', inspections: null },
      { id: 'wo-2', inspections: null },
    ]);
    expect(answer.errors).toMatchObject([
      {
        path: ['workOrders', 0, 'inspections'],
        extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'qms', occurrences: 2 },
      },
    ]);
  });

  it('says nothing of its inside, but gives a trace id', async () => {
    const answer = await house.ask('{ broken me { name } }');
    expect(answer.data).toEqual({ broken: null, me: { name: 'admin' } });
    expect(answer.errors).toMatchObject([
      {
        path: ['broken'],
        message: 'Internal server error',
        extensions: { code: 'INTERNAL_SERVER_ERROR', traceId: expect.stringMatching(/^[\da-f]{32}$/) },
      },
    ]);
    expect(JSON.stringify(answer)).not.toContain('secret_table');
  });

  it('gives an error inside an entity its place in the answer', async () => {
    const answer = await house.ask('{ workOrders(first: 2) { mood } }');
    expect(answer.errors?.map(({ path }) => path)).toEqual([
      ['workOrders', 0, 'mood'],
      ['workOrders', 1, 'mood'],
    ]);
  });
});

it('takes tenant, factories and permissions from those who know, not from the client', async () => {
  house.plant.claims.length = 0;
  await house.ask(
    '{ me { name } }',
    'operator',
    {},
    { 'x-tenant-id': 'tenant-002', 'accept-language': 'zh-TW,en;q=0.5', 'x-enghub-context': 'v1.x.y.z' },
  );
  expect(house.plant.claims).toMatchObject([
    {
      tenantId: 'tenant-001',
      userId: 'operator',
      factoryIds: ['factory-sh-01'],
      permissions: ['work_order:view', 'board:view'],
      language: 'zh-CN',
    },
  ]);
});

it('judges each user by their own permissions, however they alternate on one document, over HTTP', async () => {
  house.grants.set('inspector', { factories: ['factory-sh-01'], permissions: ['work_order:view', 'note:view'] });
  const query = 'query Same { workOrders(first: 1) { cost inspections(first: 1) { note } } me { salary } }';
  const seen = {
    admin: { cost: 7, note: 'hm', salary: 100 },
    inspector: { cost: null, note: 'hm', salary: null },
    operator: { cost: null, note: null, salary: null },
  };
  const users = Object.keys(seen) as (keyof typeof seen)[];
  const one = async (user: keyof typeof seen) => {
    const { data } = await house.ask(query, user);
    const [order] = data!.workOrders as { cost: unknown; inspections: { note: unknown }[] }[];
    const { salary } = data!.me as { salary: unknown };
    expect([user, { cost: order!.cost, note: order!.inspections[0]!.note, salary }]).toEqual([user, seen[user]]);
  };
  for (const user of [...users, ...[...users].reverse(), ...users]) await one(user);
  await Promise.all(Array.from({ length: 90 }, (_, at) => one(users[(at * 7) % 3]!)));
  house.grants.set('inspector', { factories: ['factory-sh-01'], permissions: ['work_order:view'] });
  house.gateway.permissionsChanged('inspector');
  seen.inspector = { ...seen.inspector, note: null as never };
  await Promise.all(Array.from({ length: 30 }, (_, at) => one(users[at % 3]!)));
});
