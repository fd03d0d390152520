import { redisForTests } from '@enghub/testkit/redis';
import { startTcpProxy } from '@enghub/messaging/tcp-proxy-for-tests';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestGateway, type Answer, type TestGateway } from '../testing/test-gateway.ts';
import { signedInSocket } from '../testing/test-socket.ts';
import { readProxies } from '../identity/request-traits.ts';
import { connectRedisCounters, createMemoryCounters } from './counters.ts';

const quiet = pino({ level: 'silent' });
const rates = { workOrderCommands: 4, reportCommands: 6, operations: 50, strangers: 3, bulk: 1_000 };
const houses: TestGateway[] = [];
afterEach(async () => {
  await Promise.all(houses.splice(0).map((house) => house.stop()));
});

async function open(changes: Parameters<typeof startTestGateway>[0] = {}): Promise<TestGateway> {
  const house = await startTestGateway({ rates, ...changes });
  const everything = ['work_order:execute', 'report:create', 'work_order:view', 'board:view'];
  for (const name of ['worker', 'other', 'terminal']) {
    house.grants.set(name, { factories: ['factory-sh-01'], permissions: everything });
  }
  house.grants.set('importer', { factories: [], permissions: [...everything, 'command:bulk'] });
  houses.push(house);
  return house;
}

const codeOf = (answer: Answer) => answer.errors?.[0]?.extensions.code;
const hold = (house: TestGateway, user = 'worker') => house.ask('mutation { holdOrder(id: "1") }', user);

describe('commands on work orders', () => {
  it('are answered 429 with the time to wait when a user sends too many, and reports go on', async () => {
    const house = await open();
    for (let at = 0; at < 4; at += 1) expect((await hold(house)).data).toEqual({ holdOrder: '1' });
    const late = await hold(house);
    expect([late.status, codeOf(late)]).toEqual([429, 'RATE_LIMITED']);
    const seconds = late.errors![0]!.extensions.retryAfterSeconds as number;
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(late.headers.get('retry-after')).toBe(String(seconds));
    expect(house.plant.held).toBe(4);
    expect((await hold(house, 'other')).status).toBe(200);
    expect((await house.ask('mutation { report(rows: ["a"]) }', 'worker')).data).toEqual({ report: 1 });
    expect((await house.ask('{ me { name } }', 'worker')).status).toBe(200);
  });

  it('count as often as they stand in the request, whatever they are called there', async () => {
    const house = await open();
    const three = 'mutation { a: holdOrder(id: "1") b: holdOrder(id: "1") ... on Mutation { c: holdOrder(id: "2") } }';
    expect((await house.ask(three, 'worker')).status).toBe(200);
    const again = await house.ask(three, 'worker');
    expect([again.status, codeOf(again)]).toEqual([429, 'RATE_LIMITED']);
    expect(house.plant.held).toBe(3);
    const skipped = 'mutation Q($no: Boolean!) { a: holdOrder(id: "1") b: holdOrder(id: "1") @include(if: $no) }';
    expect((await house.ask(skipped, 'other', { variables: { no: false } })).status).toBe(200);
    for (let at = 0; at < 3; at += 1) expect((await hold(house, 'other')).status).toBe(200);
    expect((await hold(house, 'other')).status).toBe(429);
  });

  it('that could never pass are told so', async () => {
    const house = await open();
    const many = `mutation { ${Array.from({ length: 5 }, (_, at) => `a${at}: holdOrder(id: "1")`).join(' ')} }`;
    const answer = await house.ask(many, 'worker');
    expect([answer.status, codeOf(answer)]).toEqual([400, 'TOO_MANY_COMMANDS']);
    expect((await hold(house)).status).toBe(200);
  });

  it('count over a socket like over HTTP', async () => {
    const house = await open();
    for (let at = 0; at < 3; at += 1) await hold(house);
    const socket = await signedInSocket(house.url, await house.issuer.token('worker'));
    const send = (id: string) =>
      socket.send({ type: 'subscribe', id, payload: { query: 'mutation { holdOrder(id: "1") }' } });
    send('one');
    expect(await socket.next()).toMatchObject({ type: 'next', payload: { data: { holdOrder: '1' } } });
    await socket.next();
    send('two');
    expect(await socket.next()).toMatchObject({
      type: 'error',
      id: 'two',
      payload: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } }],
    });
    expect((await hold(house)).status).toBe(429);
    socket.socket.terminate();
  });

  it('of programs that may send in bulk pass', async () => {
    const house = await open();
    for (let at = 0; at < 20; at += 1) expect((await hold(house, 'importer')).status).toBe(200);
  });
});

it('counts ten rows of a batch as one report, so that a terminal’s queue drains', async () => {
  const house = await open();
  const batch = (rows: number) =>
    house.ask('mutation Q($rows: [String!]!) { report(rows: $rows) }', 'terminal', {
      variables: { rows: Array<string>(rows).fill('x') },
    });
  expect((await batch(41)).data).toEqual({ report: 41 });
  expect((await batch(11)).status).toBe(429);
});

it('counts queries and other commands of a user together', async () => {
  const house = await open({ rates: { ...rates, operations: 5 } });
  for (let at = 0; at < 3; at += 1) expect((await house.ask('{ me { name } }', 'worker')).status).toBe(200);
  expect((await house.ask('mutation { touch }', 'worker')).status).toBe(200);
  expect((await house.ask('{ me { name } }', 'worker')).status).toBe(429);
});

describe('strangers', () => {
  const ask = (house: TestGateway, headers: Record<string, string>, token?: string) =>
    fetch(`${house.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: '{"query":"{ __typename }"}',
    }).then(({ status }) => status);

  it('are counted by address, with a bad token or none, whatever they say they were forwarded for', async () => {
    const house = await open();
    const seen = [];
    for (let at = 0; at < 5; at += 1) seen.push(await ask(house, { 'x-forwarded-for': `192.0.2.${at}` }, 'a.b.c'));
    expect(seen).toEqual([401, 401, 401, 429, 429]);
    expect(await ask(house, {})).toBe(429);
    expect((await house.ask('{ me { name } }', 'worker')).status).toBe(200);
  });

  it('are told apart where a proxy of ours says who they are', async () => {
    const house = await open({ trustedProxies: readProxies('127.0.0.1') });
    const seen = [];
    for (let at = 0; at < 5; at += 1) seen.push(await ask(house, { 'x-forwarded-for': '192.0.2.1' }));
    expect(seen).toEqual([200, 200, 200, 429, 429]);
    expect(await ask(house, { 'x-forwarded-for': '192.0.2.2' })).toBe(200);
  });
});

const redis = await redisForTests();

describe.skipIf(!redis)('two gateways with one Redis', () => {
  it('count together, each for itself while Redis is away, and together again', async () => {
    const proxy = await startTcpProxy(redis!.url);
    const [a, b] = await Promise.all(
      [0, 1].map(() => connectRedisCounters({ url: proxy.url, prefix: redis!.prefix, logger: quiet })),
    );
    const [one, other] = [await open({ counters: a! }), await open({ counters: b! })];
    for (const house of [one, other, one, other]) expect((await hold(house)).status).toBe(200);
    expect([(await hold(one)).status, (await hold(other)).status]).toEqual([429, 429]);

    proxy.refuse();
    await expect.poll(() => a!.isShared() || b!.isShared()).toBe(false);
    const statuses = [];
    for (let at = 0; at < 5; at += 1) statuses.push((await hold(one, 'other')).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
    expect((await hold(other, 'other')).status).toBe(200);

    proxy.restore();
    await expect.poll(() => a!.isShared() && b!.isShared(), { timeout: 10_000 }).toBe(true);
    const again = await Promise.all([one, other, one, other, one, other].map((house) => hold(house, 'terminal')));
    expect(again.filter(({ status }) => status === 200)).toHaveLength(4);
    await Promise.all([a!.close(), b!.close()]);
    await proxy.close();
  });
});

it('opens a new window after a minute, and tells how long that takes', async () => {
  const counters = createMemoryCounters();
  expect(await counters.take('n', 'k', 2, 2)).toEqual({ ok: true });
  const late = await counters.take('n', 'k', 1, 2);
  expect(late.ok || late.waitMs).toBeGreaterThan(58_000);
});
