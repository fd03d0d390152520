import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { openSocket } from '../testing/test-socket.ts';

let house: TestGateway;
const both = ['factory-sh-01', 'factory-bj-01'];

beforeAll(async () => {
  house = await startTestGateway();
  house.grants.set('planner', { factories: both, permissions: ['work_order:view', 'board:view'] });
});
afterAll(() => house.stop());

const seen = () => house.plant.claims.at(-1)?.factoryIds;

describe('a request that names one plant', () => {
  it('sees that one, and the next request all of the user’s again', async () => {
    await house.ask('{ me { name } }', 'planner', {}, { 'x-factory-id': 'factory-bj-01' });
    expect(seen()).toEqual(['factory-bj-01']);
    await house.ask('{ me { name } }', 'planner');
    expect(seen()).toEqual(both);
  });

  it.each(['factory-sz-01', 'factory-that-never-was', '*', '', 'factory-sh-01,factory-bj-01'])(
    'is refused for %j, the same for plants of others and plants of nowhere, before anything is asked',
    async (factoryId) => {
      const before = house.plant.claims.length;
      const answer = await house.ask('{ me { name } }', 'planner', {}, { 'x-factory-id': factoryId });
      expect([answer.status, answer.errors]).toEqual([
        403,
        [
          {
            message: 'You have no access to this plant.',
            extensions: { code: 'FORBIDDEN', reason: 'FACTORY_NOT_ALLOWED' },
          },
        ],
      ]);
      expect(house.plant.claims).toHaveLength(before);
    },
  );
});

describe('a socket that names one plant', () => {
  const connect = async (factoryId: unknown) => {
    const socket = await openSocket(house.url);
    const authorization = `Bearer ${await house.issuer.token('planner')}`;
    socket.send({ type: 'connection_init', payload: { authorization, factoryId } });
    return socket;
  };

  it('sees that one for as long as it is open', async () => {
    const socket = await connect('factory-bj-01');
    await socket.next();
    socket.send({ type: 'subscribe', id: '1', payload: { query: '{ me { name } }' } });
    await socket.next();
    expect(seen()).toEqual(['factory-bj-01']);
    socket.socket.terminate();
  });

  it.each(['factory-sz-01', 'nowhere', 7])('is closed with 4403 for %j', async (factoryId) => {
    expect(await (await connect(factoryId)).closed).toEqual({ code: 4403, reason: 'FACTORY_NOT_ALLOWED' });
  });

  it('is closed when the user loses that plant, and not when they lose another', async () => {
    house.grants.set('mover', { factories: both, permissions: [] });
    const socket = await openSocket(house.url);
    const authorization = `Bearer ${await house.issuer.token('mover')}`;
    socket.send({ type: 'connection_init', payload: { authorization, factoryId: 'factory-bj-01' } });
    await socket.next();
    house.grants.set('mover', { factories: ['factory-bj-01'], permissions: [] });
    house.gateway.permissionsChanged('mover');
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    house.grants.set('mover', { factories: ['factory-sh-01'], permissions: [] });
    house.gateway.permissionsChanged('mover');
    expect((await socket.closed).code).toBe(4403);
  });
});
