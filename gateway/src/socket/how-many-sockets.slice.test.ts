import { afterEach, describe, expect, it, vi } from 'vitest';
import { startTestGateway } from '../testing/test-gateway.ts';
import { openSocket, type TestSocket } from '../testing/test-socket.ts';

const open: TestSocket[] = [];
afterEach(() => {
  for (const { socket } of open.splice(0)) socket.terminate();
});

describe('how many sockets', () => {
  it('a user may have is limited, others are let in meanwhile, and one that closes makes room', async () => {
    const small = await startTestGateway({ limits: { socketsPerUser: 2 } });
    const enter = async (user: string) => {
      const socket = await openSocket(small.url);
      open.push(socket);
      socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${await small.issuer.token(user)}` } });
      return socket;
    };
    const [first, second] = [await enter('operator'), await enter('operator')];
    expect([await first.next(), await second.next()]).toMatchObject([
      { type: 'connection_ack' },
      { type: 'connection_ack' },
    ]);
    expect(await (await enter('operator')).closed).toEqual({ code: 4429, reason: 'Too many connections' });
    expect(await (await enter('admin')).next()).toMatchObject({ type: 'connection_ack' });
    first.socket.close();
    await first.closed;
    await vi.waitFor(async () =>
      expect(await (await enter('operator')).next()).toMatchObject({ type: 'connection_ack' }),
    );
    await small.stop();
  });

  it('come from one address is limited, signed in or not', async () => {
    const small = await startTestGateway({ limits: { socketsPerAddress: 2 } });
    for (let at = 0; at < 2; at += 1) open.push(await openSocket(small.url));
    expect((await (await openSocket(small.url)).closed).code).toBe(4429);
    await small.stop();
  });
});
