import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { drainServer } from './drain-server.ts';

async function serve(answerAfterMs: number): Promise<{ server: Server; port: number }> {
  const server = createServer((_, response) => void setTimeout(() => response.end('done'), answerAfterMs));
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** The status with what is said of the connection, or the code of the error. */
const NEW_AND_RESET = 'ECONNRESET on a new connection';

function ask(port: number, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, agent, method: 'POST' }, (response) => {
      response.resume().on('end', () => resolve(`${response.statusCode} ${response.headers.connection}`));
    });
    asked.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) =>
      resolve(code === 'ECONNRESET' && !asked.reusedSocket ? NEW_AND_RESET : code),
    );
    asked.end();
  });
}

describe('a server that is drained', () => {
  it('answers everything that comes over open connections, until they are used up', async () => {
    const { server, port } = await serve(3);
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    const answers: string[] = [];
    let isTold = false;
    const clients = Array.from({ length: 8 }, async () => {
      while (answers.at(-1) !== 'ECONNREFUSED') {
        answers.push(await ask(port, agent));
        await pause(isTold ? 0 : Math.random() * 4);
      }
    });
    await pause(200);
    isTold = true;
    const startedAt = performance.now();
    await drainServer(server, { graceMs: 5_000 });
    // Each connection took one more request: nothing had to be waited for.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await Promise.all(clients);
    // Who waits to be let in when the door closes is sent away by the kernel: that one was never ours.
    const ours = answers.filter((answer) => answer !== NEW_AND_RESET);
    expect(new Set(ours)).toEqual(new Set(['200 keep-alive', '200 close', 'ECONNREFUSED']));
  });

  it('closes what nobody has used within the grace', async () => {
    const { server, port } = await serve(0);
    const agent = new Agent({ keepAlive: true });
    expect(await ask(port, agent)).toBe('200 keep-alive');
    const startedAt = performance.now();
    await drainServer(server, { graceMs: 200 });
    const took = performance.now() - startedAt;
    expect(took).toBeGreaterThan(190);
    expect(took).toBeLessThan(2_000);
  });

  it('cuts off what does not come to its end', async () => {
    const { server, port } = await serve(60_000);
    const asked = ask(port, new Agent());
    await pause(50);
    await drainServer(server, { graceMs: 0, deadlineMs: 200 });
    expect(await asked).toBe(NEW_AND_RESET);
  });
});
