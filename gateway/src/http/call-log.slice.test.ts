import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { signedInSocket } from '../testing/test-socket.ts';

let house: TestGateway;
beforeAll(async () => {
  house = await startTestGateway({ rates: { operations: 200 } });
});
afterAll(() => house.stop());
beforeEach(() => void (house.logLines.length = 0));

const calls = async (count: number) => {
  await expect.poll(() => house.logLines.length).toBeGreaterThanOrEqual(count);
  return house.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
};

it('says who called what, how long it took, how it ended and what it cost', async () => {
  const { headers } = await house.ask('query Orders { workOrders(first: 2) { id cost } }', 'operator');
  expect(await calls(1)).toMatchObject([
    {
      userId: 'operator',
      tenantId: 'tenant-001',
      operation: 'Orders',
      operationType: 'query',
      status: 200,
      outcome: 'errors',
      codes: ['FORBIDDEN'],
      cost: 2,
      durationMs: expect.any(Number),
      traceId: headers.get('x-trace-id'),
    },
  ]);
});

it('has a line for what is refused unread, and for each operation and subscription of a socket', async () => {
  await house.ask(`{ ${'a'.repeat(10)} }`, 'operator');
  await house.ask('{ workOrders(first: 100000) { id } }', 'operator');
  const socket = await signedInSocket(house.url, await house.issuer.token('operator'));
  socket.send({ type: 'subscribe', id: '1', payload: { query: 'query Me { me { name } }' } });
  await socket.next();
  await socket.next();
  socket.send({ type: 'subscribe', id: '2', payload: { query: '{ workOrders(first: 100000) { id } }' } });
  await socket.next();
  const query = 'subscription Board { shiftBoard(stationId: "a", shiftDate: "d") { goodQuantity } }';
  socket.send({ type: 'subscribe', id: '3', payload: { query } });
  await socket.next();
  socket.socket.terminate();
  expect((await calls(5)).map(({ path, operation, outcome }) => [path, operation, outcome])).toEqual([
    ['/graphql', undefined, 'errors'],
    ['/graphql', undefined, 'errors'],
    ['socket', 'Me', 'ok'],
    ['socket', undefined, 'QUERY_TOO_COSTLY'],
    ['socket', 'Board', 'ok'],
  ]);
});

const SECRET = 'hunter2-110101199003070077';

it('never holds what a client wrote: no token, no secret of a query, a variable, a header or an address', async () => {
  const token = await house.issuer.token('operator');
  const post = (body: string, headers: Record<string, string>) =>
    fetch(`${house.url}/graphql?password=${SECRET}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-terminal': SECRET, traceparent: SECRET, ...headers },
      body,
    });
  const query = `query Q($t: String) { echo(text: $t) other: echo(text: "Bearer ${SECRET}") }`;
  await post(JSON.stringify({ query, variables: { t: SECRET } }), { authorization: `Bearer ${token}` });
  await post(JSON.stringify({ query: `{ ${SECRET} }` }), { authorization: `Bearer ${token}` });
  await post(`{"query": "${SECRET}`, { authorization: `Bearer ${SECRET}` });
  await post(JSON.stringify({ query: '{ broken }', variables: { t: SECRET } }), { authorization: `Bearer ${token}` });
  await calls(4);
  const log = house.logLines.join('');
  expect(log).not.toContain(SECRET);
  expect(log).not.toContain(token);
  expect(log).not.toContain(token.split('.')[2]);
});

it('is one line of JSON for each call, whatever is sent to break it', async () => {
  const nasty = `/a\u001b[2J%0d%0a{"level":60}${'x'.repeat(5_000)}`;
  await fetch(`${house.url}${encodeURI(nasty)}`);
  await house.ask('query X { me { name } }', 'operator', { operationName: 'X\r\n{"level":60,"msg":"forged"}' });
  await house.ask(`query ${'N'.repeat(5_000)} { me { name } }`, 'operator');
  const lines = await calls(3);
  for (const text of house.logLines) {
    // eslint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(text.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f]/);
    expect(text.length).toBeLessThan(1_000);
  }
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual(Array(3).fill([30, 'request']));
});
