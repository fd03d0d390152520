import { createClient } from 'graphql-ws';
import { createConnection } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { openSocket, signedInSocket, type SocketChoices, type TestSocket } from '../testing/test-socket.ts';

let house: TestGateway;
const open: TestSocket[] = [];

beforeAll(async () => {
  house = await startTestGateway({ limits: { subscriptionsPerSocket: 3 } });
});
afterAll(() => house.stop());
afterEach(() => {
  for (const { socket } of open.splice(0)) socket.terminate();
});

const connect = async (choices?: SocketChoices) => {
  const socket = await openSocket(house.url, choices);
  open.push(socket);
  return socket;
};
const signIn = async (user: string | null = 'admin') => {
  const socket = await signedInSocket(house.url, user === null ? null : await house.issuer.token(user));
  open.push(socket);
  return socket;
};

describe('the graphql-transport-ws protocol', () => {
  it('closes 4406 without the sub-protocol', async () => {
    expect((await (await connect({ protocol: null })).closed).code).toBe(4406);
  });

  it('tells subgraphs where the socket was opened', async () => {
    const socket = await connect({ options: { headers: { 'x-terminal': 'Mill 3' } } });
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${await house.issuer.token('admin')}` } });
    await socket.next();
    socket.send({ type: 'subscribe', id: '1', payload: { query: '{ me { name } }' } });
    await socket.next();
    expect(house.plant.claims.at(-1)).toMatchObject({ userId: 'admin', origin: '127.0.0.1 Mill 3' });
  });

  it('closes 4408 when nothing is said', async () => {
    expect((await (await connect()).closed).code).toBe(4408);
  });

  it('closes 4429 on a second connection_init', async () => {
    const socket = await signIn();
    socket.send({ type: 'connection_init' });
    expect((await socket.closed).code).toBe(4429);
  });

  it('closes 4401 on a subscribe before connection_init', async () => {
    const socket = await connect();
    socket.send({ type: 'subscribe', id: '1', payload: { query: '{ __typename }' } });
    expect((await socket.closed).code).toBe(4401);
  });

  it.each(['nonsense', 'null', '[]', '"text"', '{"type":"unknown"}', '{"type":"subscribe","payload":{}}', '{'])(
    'closes 4400 on %s',
    async (text) => {
      const socket = await signIn();
      socket.sendRaw(text);
      expect((await socket.closed).code).toBe(4400);
    },
  );

  it('closes 4400 on a message nested beyond reason', async () => {
    const socket = await signIn();
    const nested = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    socket.sendRaw(`{"type":"subscribe","id":"1","payload":{"query":"{ __typename }","variables":{"x":${nested}}}}`);
    expect((await socket.closed).code).toBe(4400);
  });

  it('closes 4400 on a binary message, even one that holds JSON', async () => {
    const socket = await signIn();
    socket.sendRaw(Buffer.from('{"type":"ping"}'));
    expect((await socket.closed).code).toBe(4400);
  });

  it('closes 4409 when an id is in use, and names it', async () => {
    const socket = await signIn();
    const query = 'subscription { shiftBoard(stationId: "s", shiftDate: "d") { goodQuantity } }';
    socket.send({ type: 'subscribe', id: 'twin', payload: { query } });
    await socket.next();
    socket.send({ type: 'subscribe', id: 'twin', payload: { query } });
    expect(await socket.closed).toMatchObject({ code: 4409, reason: expect.stringContaining('twin') });
  });

  it('closes 1009 on a message above the limit', async () => {
    const socket = await signIn();
    socket.sendRaw(JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(70_000) } }));
    expect((await socket.closed).code).toBe(1009);
  });

  it('answers ping with pong', async () => {
    const socket = await signIn();
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
  });

  it('answers a query with next and complete', async () => {
    const socket = await signIn(null);
    socket.send({ type: 'subscribe', id: 'q', payload: { query: '{ __typename }' } });
    expect(await socket.next()).toEqual({ type: 'next', id: 'q', payload: { data: { __typename: 'Query' } } });
    expect(await socket.next()).toEqual({ type: 'complete', id: 'q' });
  });

  it('answers an invalid document with an error, and the socket stays open', async () => {
    const socket = await signIn();
    socket.send({ type: 'subscribe', id: 'q', payload: { query: '{ nonsense }' } });
    expect(await socket.next()).toMatchObject({
      type: 'error',
      id: 'q',
      payload: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
  });

  it('sends nothing after a complete from the client, and the id may be used again', async () => {
    const socket = await signIn();
    const payload = { query: 'subscription { shiftBoard(stationId: "c", shiftDate: "d") { goodQuantity } }' };
    socket.send({ type: 'subscribe', id: 's', payload });
    await socket.next();
    socket.send({ type: 'complete', id: 's' });
    socket.send({ type: 'ping' });
    await socket.next();
    house.live.publish('tenant-001.shiftBoard.c.d.day');
    socket.send({ type: 'subscribe', id: 's', payload: { query: '{ __typename }' } });
    expect(await socket.next()).toMatchObject({ type: 'next', id: 's', payload: { data: { __typename: 'Query' } } });
  });

  it('takes a client back that lost its socket', async () => {
    const token = await house.issuer.token('admin');
    let opened: WebSocket | undefined;
    const client = createClient({
      url: `${house.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 3,
      retryWait: async () => undefined,
      on: { connected: (socket) => void (opened = socket as WebSocket) },
    });
    const stream = client.iterate({
      query: 'subscription { shiftBoard(stationId: "r", shiftDate: "d") { goodQuantity } }',
    });
    expect((await stream.next()).value).toMatchObject({ data: { shiftBoard: { goodQuantity: expect.any(Number) } } });
    opened!.terminate();
    expect((await stream.next()).value).toMatchObject({ data: { shiftBoard: { goodQuantity: expect.any(Number) } } });
    await client.dispose();
  });
});

describe('who may open a socket', () => {
  it.each([
    ['nonsense', 'Bearer nonsense'],
    ['another scheme', 'Basic abc'],
    ['no text', 17],
  ])('closes 4403 on a token that is %s', async (_case, authorization) => {
    const socket = await connect();
    socket.send({ type: 'connection_init', payload: { authorization } });
    expect((await socket.closed).code).toBe(4403);
  });

  it('closes 4403 on an expired token', async () => {
    const socket = await connect();
    const token = await house.issuer.token('admin', { expiresIn: -60 });
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    expect((await socket.closed).code).toBe(4403);
  });

  it('takes the token from the Authorization header as well', async () => {
    const token = await house.issuer.token('admin');
    const socket = await connect({ options: { headers: { authorization: `Bearer ${token}` } } });
    socket.send({ type: 'connection_init' });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.send({ type: 'subscribe', id: 'q', payload: { query: '{ me { name } }' } });
    expect(await socket.next()).toMatchObject({ payload: { data: { me: { name: 'admin' } } } });
  });

  it('closes 4403 on a page of another origin, not on our own', async () => {
    const foreign = await connect({ options: { origin: 'https://evil.example' } });
    expect((await foreign.closed).code).toBe(4403);
    const own = await connect({ options: { origin: house.url } });
    own.send({ type: 'connection_init' });
    expect(await own.next()).toEqual({ type: 'connection_ack' });
  });

  it('refuses other paths', async () => {
    const socket = new WebSocket(`${house.url.replace('http', 'ws')}/elsewhere`, 'graphql-transport-ws');
    await expect(new Promise((_resolve, reject) => socket.once('error', reject))).rejects.toThrow('404');
  });
});

describe('operations over a socket', () => {
  it('are guarded', async () => {
    const socket = await signIn('operator');
    socket.send({ type: 'subscribe', id: 'q', payload: { query: '{ me { name salary } }' } });
    expect(await socket.next()).toMatchObject({
      payload: {
        data: { me: { name: 'operator', salary: null } },
        errors: [{ path: ['me', 'salary'], extensions: { code: 'FORBIDDEN' } }],
      },
    });
    const before = house.plant.started;
    socket.send({ type: 'subscribe', id: 'm', payload: { query: 'mutation { startOperation(id: "wo-1") { id } }' } });
    await socket.next();
    expect(await socket.next()).toMatchObject({ id: 'm', payload: { data: { startOperation: null } } });
    expect(house.plant.started).toBe(before);
  });

  it.each([
    ['QUERY_TOO_DEEP', `{ workOrders ${'{ parent '.repeat(15)}{ id }${' }'.repeat(15)} }`, undefined],
    ['TOO_MANY_ALIASES', `{ ${Array.from({ length: 31 }, (_, at) => `a${at}: __typename`).join(' ')} }`, undefined],
    ['QUERY_TOO_COSTLY', 'query Q($n: Int!) { workOrders(first: $n) { id } }', { n: 100_000 }],
    ['BAD_USER_INPUT', 'query Q($t: String) { echo(text: $t) }', { t: 'a\0b' }],
    ['BAD_USER_INPUT', 'query Q($n: Int!) { workOrders(first: $n) { id } }', { n: 'many' }],
  ])('are limited: %s', async (code, query, variables) => {
    const socket = await signIn();
    socket.send({ type: 'subscribe', id: 'q', payload: { query, ...(variables ? { variables } : {}) } });
    expect(await socket.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code } }] });
  });

  it('closes 4429 above the number of subscriptions that one socket may have', async () => {
    const socket = await signIn();
    for (let at = 0; at < 4; at += 1) {
      const query = `subscription { shiftBoard(stationId: "${at}", shiftDate: "d") { goodQuantity } }`;
      socket.send({ type: 'subscribe', id: String(at), payload: { query } });
    }
    expect((await socket.closed).code).toBe(4429);
  });
});

describe('raw frames', () => {
  const frames: readonly [string, number, Buffer][] = [
    ['an unmasked frame', 1002, Buffer.from([0x81, 0x02, 0x7b, 0x7d])],
    ['a reserved bit', 1002, Buffer.from([0xf1, 0x80, 0, 0, 0, 0])],
    ['an unknown opcode', 1002, Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
    ['a fragmented ping', 1002, Buffer.from([0x09, 0x80, 0, 0, 0, 0])],
    ['text that is not UTF-8', 1007, Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])],
  ];

  it.each(frames)('closes on %s with %i, without a line in the log', async (_case, code, frame) => {
    const lines = house.logLines.length;
    expect(await rawClose(house.url, frame)).toBe(code);
    expect(house.logLines.slice(lines)).toEqual([]);
  });
});

/** Shakes hands by hand, sends bytes, and reads the code of the close frame. */
function rawClose(url: string, frame: Buffer): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const stream = createConnection({ host: hostname, port: Number(port) });
    let shaken = false;
    stream.on('error', reject);
    stream.on('data', (data) => {
      if (!shaken) {
        shaken = true;
        stream.write(frame);
      } else if (data[0] === 0x88) {
        resolve(data.readUInt16BE(2));
        stream.destroy();
      }
    });
    const key = Buffer.alloc(16, 7).toString('base64');
    stream.write(
      `GET /graphql HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
    );
  });
}
