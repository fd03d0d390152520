import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as after } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { forwardRoute } from './forward-route.ts';

let behind: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;
let origin: string | undefined;
let house: TestGateway;

beforeAll(async () => {
  behind = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(behind.address() as AddressInfo).port}`;
  const route = forwardRoute({ prefix: '/files/', origin: () => origin, logger: pino({ enabled: false }) });
  house = await startTestGateway({ routes: [route], limits: { requestMs: 300 } });
});
afterAll(async () => {
  await house.stop();
  behind.closeAllConnections();
  behind.close();
});

describe('a request that is handed on', () => {
  it('carries its body and what describes it, and nothing that says who asks', async () => {
    let seen: unknown;
    answer = async ({ method, url, headers, ...request }, response) => {
      seen = { method, url, headers };
      void request;
      response.writeHead(201, { 'x-answer': 'yes', connection: 'close' }).end('taken');
    };
    const headers = {
      'content-type': 'text/csv',
      authorization: 'Bearer x',
      cookie: 'a=b',
      'x-enghub-context': 'forged',
    };
    const response = await fetch(`${house.url}/files/1?signature=x`, { method: 'PUT', headers, body: 'a;b' });
    expect([response.status, response.headers.get('x-answer'), await response.text()]).toEqual([201, 'yes', 'taken']);
    expect(seen).toMatchObject({ method: 'PUT', url: '/files/1?signature=x' });
    const { headers: given } = seen as { headers: object };
    expect(given).toMatchObject({ 'content-type': 'text/csv', 'content-length': '3' });
    for (const name of ['authorization', 'cookie', 'x-enghub-context']) expect(given).not.toHaveProperty(name);
  });

  it('may take longer than others to come', async () => {
    answer = async (request, response) => response.end(await text(request));
    const slowly = (path: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(Number(new URL(house.url).port), '127.0.0.1');
        let heard = '';
        socket.on('data', (data) => (heard += data.toString()));
        socket.on('close', () => resolve(heard));
        socket.write(
          `PUT ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/csv\r\nContent-Length: 4\r\n\r\nab`,
        );
        void after(600).then(() => socket.destroyed || socket.write('cd'));
      });
    expect(await slowly('/files/1')).toMatch(/^HTTP\/1\.1 200 [\s\S]*abcd/);
    expect(await slowly('/graphql')).toMatch(/^HTTP\/1\.1 (405|408) /);
  });

  it('hears a refusal though most of it is still to be sent', async () => {
    answer = async (request, response) => {
      response.writeHead(413, { connection: 'close', 'content-length': 9 }).write('too large');
      request.resume();
      await after(100);
      request.destroy();
    };
    const body = new Uint8Array(20 * 1024 * 1024);
    const response = await fetch(`${house.url}/files/1`, { method: 'PUT', body });
    expect([response.status, await response.text()]).toEqual([413, 'too large']);
  });

  it('is brought answers of any size in pieces', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    answer = async (_, response) => {
      for (let sent = 0; sent < 30; sent += 1)
        if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve));
      response.end();
    };
    const response = await fetch(`${house.url}/files/1`);
    expect((await response.arrayBuffer()).byteLength).toBe(30 * piece.length);
  });

  it('answers 503 when nobody is there', async () => {
    origin = undefined;
    expect((await fetch(`${house.url}/files/1`)).status).toBe(503);
  });
});
