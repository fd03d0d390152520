import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeData, startAllInOne, type RunningSystem } from '../support/all-in-one.ts';
import { dataOf } from '../support/graph.ts';
import { reportMutation, smallPlant, type SmallPlant } from '../support/small-plant.ts';

let system: RunningSystem;
let plant: SmallPlant;

beforeAll(async () => {
  system = await startAllInOne();
  plant = await smallPlant(system.graph, { quantity: '10' });
});

afterAll(async () => {
  await system?.stop();
  removeData(system);
});

const report = (input: object) =>
  system.graph.ask('emp-101', reportMutation, { input: { operationId: plant.operationId, ...input } });
const id = () => crypto.randomUUID();

async function orderSums() {
  const { workOrder } = dataOf<{
    workOrder: { goodQuantity: string; scrapQuantity: string; reports: { edges: unknown[] } };
  }>(
    await system.graph.ask(
      'emp-001',
      'query ($id: ID!) { workOrder(id: $id) { goodQuantity scrapQuantity reports { edges { cursor } } } }',
      {
        id: plant.orderId,
      },
    ),
  );
  return { good: workOrder.goodQuantity, scrap: workOrder.scrapQuantity, rows: workOrder.reports.edges.length };
}

async function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
  const authorization = `Bearer ${await system.graph.token('emp-101')}`;
  return fetch(`${system.graph.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      authorization,
      ...headers,
    },
    body,
  });
}

describe('what a client may send by mistake or in anger', () => {
  it.each([
    ['a negative quantity', { goodQuantity: '-1' }, 'NEGATIVE_QUANTITY'],
    ['nothing at all', {}, 'NOTHING_REPORTED'],
    ['scrap without a reason', { scrapQuantity: '1' }, 'SCRAP_NEEDS_REASON'],
    ['more than was ordered', { goodQuantity: '11' }, 'OVER_LIMIT'],
    [
      'work that ends before it starts',
      { goodQuantity: '1', startedAt: '2012-02-01T08:00:00Z', endedAt: '2012-02-01T07:00:00Z' },
      'BAD_INTERVAL',
    ],
    [
      'work of tomorrow',
      { goodQuantity: '1', endedAt: new Date(Date.now() + 86_400_000).toISOString() },
      'IN_THE_FUTURE',
    ],
    ['a station of nowhere', { goodQuantity: '1', stationId: id() }, 'STATION_NOT_FOUND'],
    ['an operation that is no id', { goodQuantity: '1', operationId: "' OR 1=1 --" }, 'OPERATION_NOT_FOUND'],
  ])('refuses %s by name and writes nothing', async (_case, input, code) => {
    const before = await orderSums();
    const answer = await report({ requestId: id(), ...input });
    expect(answer.status).toBe(200);
    expect(answer.data?.['reportProduction']).toMatchObject({ __typename: 'ProductionReportRefusal', code });
    expect(await orderSums()).toEqual(before);
  });

  it.each([['NaN'], ['1e308'], ['0.00001'], ['Infinity'], [{}], [null]])(
    'does not take %j for a quantity',
    async (goodQuantity) => {
      const answer = await report({ requestId: id(), goodQuantity });
      expect(answer.status).toBeLessThan(500);
      expect(answer.data?.['reportProduction'] ?? null).toBeNull();
      expect(answer.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
    },
  );

  it('answers a request id that was used for another report, and the same report again', async () => {
    const requestId = id();
    const first = await report({ requestId, goodQuantity: '1', endedAt: '2012-02-01T07:00:00Z' });
    const again = await report({ requestId, goodQuantity: '1', endedAt: '2012-02-01T07:00:00Z' });
    const other = await report({ requestId, goodQuantity: '2', endedAt: '2012-02-01T07:00:00Z' });
    type Reported = { replayed: boolean; report: { id: string } };
    const [one, two] = [first, again].map((it) => dataOf<{ reportProduction: Reported }>(it).reportProduction);
    expect([one!.replayed, two!.replayed]).toEqual([false, true]);
    expect(two!.report.id).toBe(one!.report.id);
    expect(other.data?.['reportProduction']).toMatchObject({ code: 'REQUEST_ID_REUSED' });
  });

  it('gives out the last pieces once, however many ask at the same moment', async () => {
    const { good } = await orderSums();
    const left = 10 - Number(good);
    const answers = await Promise.all(Array.from({ length: 60 }, () => report({ requestId: id(), goodQuantity: '1' })));
    const said = answers.map(
      (it) => it.data?.['reportProduction'] as unknown as { __typename: string; code?: string; limit?: string },
    );
    expect(said.filter((it) => it.__typename === 'ReportProductionPayload')).toHaveLength(left);
    const refused = said.filter((it) => it.__typename !== 'ReportProductionPayload');
    expect(new Set(refused.map((it) => `${it.code} ${it.limit}`))).toEqual(new Set(['OVER_LIMIT 10']));
    expect((await orderSums()).good).toBe('10');
  });

  it('refuses a command on an order that someone else has changed', async () => {
    const hold = `mutation ($input: HoldWorkOrderInput!) { holdWorkOrder(input: $input) { __typename ... on WorkOrderRefusal { code } } }`;
    const stale = await system.graph.ask('emp-101', hold, {
      input: { id: plant.orderId, version: plant.version - 1, cause: 'OTHER' },
    });
    expect(stale.data?.['holdWorkOrder']).toMatchObject({ code: 'STALE_VERSION' });
  });

  it('keeps pages small and cursors its own', async () => {
    for (const [first, after] of [
      [0, null],
      [-1, null],
      [201, null],
      [100_000, null],
      [10, 'garbage'],
    ] as const) {
      const answer = await system.graph.ask(
        'emp-001',
        'query ($first: Int!, $after: String) { workOrders(first: $first, after: $after) { edges { cursor } } }',
        { first, after },
      );
      expect(answer.errors?.[0]?.extensions?.['code'], `first ${first}, after ${after}`).toMatch(
        /BAD_USER_INPUT|COST|LIMIT/,
      );
      expect(answer.status).toBeLessThan(500);
    }
  });

  const nested = `{ workOrders { edges { node { ${'operations { workOrder { '.repeat(25)} id ${'} } '.repeat(25)} } } } }`;
  const brackets = '['.repeat(100_000);
  it.each([
    ['a body of 10 MB', JSON.stringify({ query: `{ __typename #${'x'.repeat(10_000_000)}\n }` }), 413],
    ['a query 50 levels deep', JSON.stringify({ query: nested }), 400],
    ['JSON nested 100,000 times', `{"query":"{__typename}","variables":{"a":${brackets}`, 400],
    ['text that is no JSON', '{"query":', 400],
    ['JSON that is no request', '[]', 400],
    ['a batch', JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }]), 400],
    [
      'a hundred aliases',
      JSON.stringify({ query: `{ ${Array.from({ length: 101 }, (_, at) => `a${at}: __typename`).join(' ')} }` }),
      400,
    ],
    [
      'fragments that spread each other',
      JSON.stringify({ query: '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }' }),
      400,
    ],
    ['a field that does not exist', JSON.stringify({ query: '{ workOrdrs { id } }' }), 400],
  ])('answers %s with a 400-class error', async (_case, body, status) => {
    const response = await post(body);
    const text = await response.text();
    expect(response.status).toBe(status);
    expect(text).not.toMatch(/Did you mean|at \w+ \(|node_modules/);
  });

  it('refuses NUL in a text, which no database could keep', async () => {
    const answer = await report({ requestId: 'nul-\u0000', goodQuantity: '1' });
    expect(answer.status).toBe(400);
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });

  it('takes __proto__ and quotes for what they are: text', async () => {
    const response = await post(
      '{"query":"query($id: ID!) { workOrder(id: $id) { id } }","variables":{"id":"\'; DROP TABLE work_orders; --","__proto__":{"id":"x"}}}',
    );
    expect(response.status).toBeLessThan(500);
    expect((await orderSums()).rows).toBeGreaterThan(0);
  });
});
