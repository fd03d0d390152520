import type { LiveBus } from '@enghub/messaging/live';
import { createInProcessLiveBus } from '@enghub/messaging/live';
import { PERMISSIONS_TOPIC } from '@enghub/subgraph-kit/permissions-topic';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { signedInSocket, type TestSocket } from '../testing/test-socket.ts';

let house: TestGateway;
const open: TestSocket[] = [];
const bindings: string[] = [];
let beforeBinding: (topic: string) => Promise<void> = async () => undefined;

beforeAll(async () => {
  const bus = createInProcessLiveBus();
  const watched: LiveBus = {
    ...bus,
    async subscribe(topic, onTick) {
      if (topic === PERMISSIONS_TOPIC) return bus.subscribe(topic, onTick);
      await beforeBinding(topic);
      const unsubscribe = await bus.subscribe(topic, onTick);
      bindings.push(topic);
      return () => {
        bindings.splice(bindings.indexOf(topic), 1);
        unsubscribe();
      };
    },
  };
  house = await startTestGateway({
    live: watched,
    limits: { socketBacklogBytes: 100_000 },
    rates: { operations: 0 },
    recheckMs: 50,
    permissionTimes: { freshMs: 20, usableMs: 400, retryMs: 10 },
  });
});
afterAll(() => house.stop());
beforeEach(() => {
  house.plant.boardReads = 0;
  house.plant.contexts = 0;
});
afterEach(async () => {
  for (const { socket } of open.splice(0)) socket.terminate();
  await vi.waitFor(() => expect(bindings).toEqual([]));
});

const signIn = async (user = 'admin', token?: string) => {
  const socket = await signedInSocket(house.url, token ?? (await house.issuer.token(user)));
  open.push(socket);
  return socket;
};
const board = (station: string, fields = 'goodQuantity', shift = 'day') => ({
  query: `subscription Board($s: ID!, $k: String! = "day") { shiftBoard(stationId: $s, shiftDate: "2012-01-30", shift: $k) { ${fields} } }`,
  variables: shift === 'day' ? { s: station } : { s: station, k: shift },
});
const watch = async (socket: TestSocket, station: string, fields?: string) => {
  socket.send({ type: 'subscribe', id: station, payload: board(station, fields) });
  return socket.next();
};
const change = (station: string, goodQuantity: number, shift = 'day', tenant = 'tenant-001') => {
  house.plant.goodQuantity = goodQuantity;
  house.live.publish(`${tenant}.shiftBoard.${station}.2012-01-30.${shift}`);
};

describe('a subscription', () => {
  it('is answered by what is there now, as a command is, and not by a replica that lags', async () => {
    const { claims } = house.plant;
    const asked = async (question: () => Promise<unknown>) => {
      claims.length = 0;
      await question();
      return claims.map(({ mustBeCurrent }) => mustBeCurrent ?? false);
    };
    const socket = await signIn();
    expect(await asked(() => watch(socket, 'current'))).toEqual([true]);
    expect(
      await asked(async () => {
        change('current', 8);
        await socket.next();
      }),
    ).toEqual([true]);
    expect(await asked(() => house.ask('mutation { touch }'))).toEqual([true]);
    expect(await asked(() => house.ask('{ me { name } }'))).toEqual([false]);
  });

  it('begins with a snapshot, taken after the topic is bound, and goes on with changes', async () => {
    house.plant.goodQuantity = 1;
    // What happens while the topic is being bound must be in the snapshot.
    beforeBinding = async () => void (house.plant.goodQuantity = 2);
    const socket = await signIn();
    const first = await watch(socket, 'a', 'goodQuantity workOrder { inspections(first: 1) { result } }');
    beforeBinding = async () => undefined;
    expect(first).toMatchObject({
      type: 'next',
      payload: {
        data: { shiftBoard: { goodQuantity: 2, workOrder: { inspections: [{ result: 'PASS' }, { result: 'FAIL' }] } } },
      },
    });
    change('a', 3);
    expect(await socket.next()).toMatchObject({ payload: { data: { shiftBoard: { goodQuantity: 3 } } } });
  });

  it('is completed by itself when what was away is back, though nothing changes any more', async () => {
    const socket = await signIn();
    await watch(socket, 'whole', 'goodQuantity workOrder { inspections(first: 1) { result } }');
    house.plant.qmsFails = true;
    change('whole', 7);
    const partial = await socket.next();
    house.plant.qmsFails = false;
    expect(partial).toMatchObject({ payload: { errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] } });
    const whole = await socket.next();
    expect(whole).toMatchObject({
      payload: { data: { shiftBoard: { goodQuantity: 7, workOrder: { inspections: [{}, {}] } } } },
    });
    expect(whole).not.toHaveProperty('payload.errors');
  });

  it('hears the topic that default values and variables name', async () => {
    const socket = await signIn();
    socket.send({ type: 'subscribe', id: 'n', payload: board('a', 'goodQuantity shift', 'night') });
    await socket.next();
    expect(bindings).toEqual(['tenant-001.shiftBoard.a.2012-01-30.night']);
  });

  it('reads afresh for each change, with loaders of its own', async () => {
    const socket = await signIn();
    await watch(socket, 'b');
    change('b', 1);
    await socket.next();
    expect(house.plant.contexts).toBe(2);
  });

  it('has its denied fields blanked in each message', async () => {
    const socket = await signIn('operator');
    const denied = { path: ['shiftBoard', 'secret'], extensions: { code: 'FORBIDDEN' } };
    expect(await watch(socket, 'c', 'goodQuantity secret')).toMatchObject({
      payload: { data: { shiftBoard: { secret: null } }, errors: [denied] },
    });
    change('c', 5);
    expect(await socket.next()).toMatchObject({
      payload: { data: { shiftBoard: { goodQuantity: 5, secret: null } }, errors: [denied] },
    });
  });

  it('never runs when its root field is denied', async () => {
    const socket = await signIn('nobody');
    expect(await watch(socket, 'd')).toMatchObject({
      type: 'error',
      id: 'd',
      payload: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(house.plant.boardReads).toBe(0);
    expect(bindings).toEqual([]);
  });

  it('does not hear another tenant', async () => {
    house.grants.set('stranger', { factories: ['factory-sz-01'], permissions: ['board:view'] });
    const socket = await signIn(
      'stranger',
      await house.issuer.token('stranger', { claims: { tenant_id: 'tenant-002' } }),
    );
    await watch(socket, 'e', 'goodQuantity readBy');
    change('e', 7);
    change('e', 8, 'day', 'tenant-002');
    expect(await socket.next()).toMatchObject({
      payload: { data: { shiftBoard: { goodQuantity: 8, readBy: 'tenant-002' } } },
    });
    expect(socket.received.filter(({ type }) => type === 'next')).toHaveLength(2);
  });
});

describe('equal subscriptions', () => {
  it('share one execution per change, and one binding', async () => {
    const sockets = await Promise.all(Array.from({ length: 30 }, () => signIn()));
    await Promise.all(sockets.map((socket) => watch(socket, 'f')));
    house.plant.boardReads = 0;
    change('f', 11);
    const messages = await Promise.all(sockets.map((socket) => socket.next()));
    for (const message of messages) {
      expect(message).toEqual({ id: 'f', type: 'next', payload: { data: { shiftBoard: { goodQuantity: 11 } } } });
    }
    expect(house.plant.boardReads).toBe(1);
    expect(bindings).toHaveLength(1);
  });

  it('are not shared across different permissions or factories', async () => {
    house.grants.set('elsewhere', { factories: ['factory-bj-01'], permissions: ['work_order:view', 'board:view'] });
    const sockets = await Promise.all([signIn('admin'), signIn('operator'), signIn('elsewhere')]);
    await Promise.all(sockets.map((socket) => watch(socket, 'g')));
    house.plant.boardReads = 0;
    change('g', 12);
    await Promise.all(sockets.map((socket) => socket.next()));
    expect(house.plant.boardReads).toBe(3);
  });

  it('answer many changes at once with few executions, and end with the newest state', async () => {
    const socket = await signIn();
    await watch(socket, 'h');
    house.plant.boardReads = 0;
    for (let at = 1; at <= 50; at += 1) change('h', at);
    await vi.waitFor(() =>
      expect(socket.received.at(-1)).toMatchObject({ payload: { data: { shiftBoard: { goodQuantity: 50 } } } }),
    );
    expect(house.plant.boardReads).toBeLessThanOrEqual(2);
  });

  it('give one that joins late its own snapshot and nobody else another', async () => {
    const early = await signIn();
    await watch(early, 'i');
    house.plant.goodQuantity = 77;
    const late = await signIn();
    expect(await watch(late, 'i')).toMatchObject({ payload: { data: { shiftBoard: { goodQuantity: 77 } } } });
    expect(early.received.filter(({ type }) => type === 'next')).toHaveLength(1);
  });
});

describe('a personal subscription', () => {
  const inbox = { query: 'subscription { notificationReceived { readBy } }' };
  const watchInbox = async (user: string) => {
    const socket = await signIn(user);
    socket.send({ type: 'subscribe', id: user, payload: inbox });
    return { socket, first: await socket.next() };
  };
  const readBy = (user: string) => ({ payload: { data: { notificationReceived: { readBy: user } } } });

  it('runs as its user and is shared by nobody else, however equal their rights', async () => {
    house.grants.set('twin-1', { factories: ['factory-sh-01'], permissions: ['board:view'] });
    house.grants.set('twin-2', { factories: ['factory-sh-01'], permissions: ['board:view'] });
    const [one, other] = [await watchInbox('twin-1'), await watchInbox('twin-2')];
    expect([one.first, other.first]).toMatchObject([readBy('twin-1'), readBy('twin-2')]);
    expect(bindings).toEqual(['tenant-001.notificationReceived.twin-1', 'tenant-001.notificationReceived.twin-2']);

    house.live.publish('tenant-001.notificationReceived.twin-2');
    expect(await other.socket.next()).toMatchObject(readBy('twin-2'));
    expect(one.socket.received.filter(({ type }) => type === 'next')).toHaveLength(1);
  });

  it('shares one binding between the terminals of one user', async () => {
    await watchInbox('admin');
    await watchInbox('admin');
    expect(bindings).toEqual(['tenant-001.notificationReceived.admin']);
  });
});

describe('the end of a stream', () => {
  it('comes with the end of the token, as 4401', async () => {
    const socket = await signIn('admin', await house.issuer.token('admin', { expiresIn: 1 }));
    await watch(socket, 'k');
    expect(await socket.closed).toEqual({ code: 4401, reason: 'Token expired' });
  });

  it('comes when a permission is taken away, as 4403', async () => {
    house.grants.set('moved', { factories: ['factory-sh-01'], permissions: ['board:view', 'cost:view'] });
    const socket = await signIn('moved');
    await watch(socket, 'l');
    house.grants.set('moved', { factories: ['factory-sh-01'], permissions: ['board:view'] });
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Permissions changed' });
  });

  it('comes at once when the gateway is told that a factory was taken away', async () => {
    house.grants.set('sent-off', { factories: ['factory-sh-01', 'factory-bj-01'], permissions: ['board:view'] });
    const socket = await signIn('sent-off');
    await watch(socket, 'm');
    house.grants.set('sent-off', { factories: ['factory-bj-01'], permissions: ['board:view'] });
    house.gateway.permissionsChanged('sent-off');
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Permissions changed' });
  });

  it('comes at once when the bus says that somebody’s permissions changed', async () => {
    const other = await startTestGateway({ recheckMs: 3_600_000 });
    other.grants.set('moved-on', { factories: ['factory-sh-01', 'factory-bj-01'], permissions: ['board:view'] });
    const socket = await signedInSocket(other.url, await other.issuer.token('moved-on'));
    other.grants.set('moved-on', { factories: ['factory-bj-01'], permissions: ['board:view'] });
    other.live.publish(PERMISSIONS_TOPIC);
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Permissions changed' });
    await other.stop();
  });

  it('comes when permissions cannot be checked for too long, as 4401', async () => {
    house.grants.set('adrift', { factories: [], permissions: ['board:view'] });
    const socket = await signIn('adrift');
    await watch(socket, 'o');
    house.unreachable.add('adrift');
    expect(await socket.closed).toEqual({ code: 4401, reason: 'REAUTHENTICATION_REQUIRED' });
  });

  it('does not come when a permission is given', async () => {
    house.grants.set('rising', { factories: [], permissions: ['board:view'] });
    const socket = await signIn('rising');
    await watch(socket, 'p');
    house.grants.set('rising', { factories: [], permissions: ['board:view', 'cost:view'] });
    house.gateway.permissionsChanged('rising');
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    change('p', 4);
    expect(await socket.next()).toMatchObject({ payload: { data: { shiftBoard: { goodQuantity: 4 } } } });
  });
});

it('closes a client that does not read, and keeps serving the others', async () => {
  const slow = await signIn();
  const quick = await signIn();
  slow.socket.pause();
  const filler = 'x'.repeat(20_000);
  const flood = setInterval(() => {
    if (slow.socket.readyState !== slow.socket.OPEN) return;
    slow.send({
      type: 'subscribe',
      id: Math.random().toString(36),
      payload: { query: 'query Q($t: String) { echo(text: $t) }', variables: { t: filler } },
    });
  }, 1);
  await watch(quick, 'q');
  change('q', 9);
  expect(await quick.next()).toMatchObject({ payload: { data: { shiftBoard: { goodQuantity: 9 } } } });
  // The close frame waits behind the backlog: once the client reads again, it learns why.
  await vi.waitFor(() => expect(house.logLines.join('')).toContain('slow client'), { timeout: 20_000, interval: 50 });
  clearInterval(flood);
  slow.socket.resume();
  expect((await slow.closed).code).toBe(4408);
});

it('says goodbye with 1001 when the gateway stops', async () => {
  const other = await startTestGateway();
  const socket = await signedInSocket(other.url, await other.issuer.token('admin'));
  await other.stop();
  expect(await socket.closed).toEqual({ code: 1001, reason: 'Going away' });
});
