/** Stands between the bridge and the simulator and misbehaves on demand, the way real servers do. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { request } from 'undici';

export type Mood =
  'WELL' | 'HANGS_UP' | 'SILENT' | 'FAILS' | 'GARBAGE' | 'WRONG_SHAPE' | 'TOO_LARGE' | 'REDIRECTS' | 'ABOUT_ANOTHER';

export type FaultyLuaguage = Readonly<{
  url: string;
  /** From the next request on. */
  feel(mood: Mood): void;
  /** The paths asked so far; a test may empty it. */
  asked: string[];
  stop(): Promise<void>;
}>;

export async function startFaultyLuaguage(simulatorUrl: string): Promise<FaultyLuaguage> {
  let mood: Mood = 'WELL';
  const asked: string[] = [];
  const server = createServer((incoming, response) => {
    const path = incoming.url ?? '/';
    asked.push(path);
    answer(mood, `${simulatorUrl}${path}`, incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    feel: (next) => {
      mood = next;
    },
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(mood: Mood, url: string, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const passedOn = ['x-tenant-id', 'idempotency-key', 'content-type'].flatMap((name) =>
    typeof incoming.headers[name] === 'string' ? [[name, incoming.headers[name]] as const] : [],
  );
  const ask = async () =>
    request(url, {
      method: incoming.method === 'POST' ? 'POST' : 'GET',
      headers: Object.fromEntries(passedOn),
      body: incoming.method === 'POST' ? await text(incoming) : null,
    });
  const send = (status: number, body: string, headers = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
  switch (mood) {
    case 'WELL': {
      const { statusCode, body } = await ask();
      return send(statusCode, await body.text());
    }
    case 'HANGS_UP':
      response.destroy();
      return;
    case 'SILENT':
      return;
    case 'FAILS':
      return send(503, '{}');
    case 'GARBAGE':
      return send(200, '<html>Welcome</html>');
    case 'WRONG_SHAPE':
      return send(200, JSON.stringify({ product_id: 7 }));
    case 'TOO_LARGE':
      return send(200, JSON.stringify({ padding: 'x'.repeat(2 * 1024 * 1024) }));
    case 'REDIRECTS':
      return send(302, '', { location: url });
    case 'ABOUT_ANOTHER': {
      const { body } = await ask();
      return send(200, (await body.text()).replaceAll('emp-101', 'emp-901').replaceAll('PROD-A001', 'PROD-B002'));
    }
  }
}
