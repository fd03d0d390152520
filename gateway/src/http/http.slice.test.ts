import { auditServer, type AuditResult } from 'graphql-http';
import { createConnection } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testSupergraph } from '../testing/test-graph.ts';
import { startTestGateway, type Answer, type TestGateway } from '../testing/test-gateway.ts';

let house: TestGateway;
let graphql: string;
let authorization: string;

beforeAll(async () => {
  house = await startTestGateway({
    demo: {
      users: [{ id: 'admin', name: 'Ada', role: 'administrator' }],
      tokenFor: async (userId) => (house.grants.has(userId) ? house.issuer.token(userId) : null),
    },
    readiness: async () => ({ mes: true, qms: !house.plant.qmsFails }),
  });
  graphql = `${house.url}/graphql`;
  authorization = `Bearer ${await house.issuer.token('admin')}`;
});
afterAll(() => house.stop());

const post = async (body: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
  const response = await fetch(graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization, ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
  });
  return { ...((await response.json()) as object), status: response.status, headers: response.headers };
};
const codeOf = (answer: Answer) => answer.errors?.[0]?.extensions.code;

describe('GraphQL over HTTP', () => {
  it('passes every server audit of graphql-http', async () => {
    const audits: AuditResult[] = await auditServer({ url: graphql });
    expect(audits.filter(({ status }) => status !== 'ok').map(({ id, name }) => `${id} ${name}`)).toEqual([]);
    expect(audits.length).toBeGreaterThan(50);
  });

  it('answers automatic persisted queries, without letting them past the limits', async () => {
    const query = 'query Q($n: Int!) { workOrders(first: $n) { id } }';
    const extensions = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') } };
    expect(codeOf(await post({ extensions, variables: { n: 1 } }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await post({ query, extensions, variables: { n: 1 } })).data?.workOrders).toHaveLength(1);
    expect((await post({ extensions, variables: { n: 2 } })).data?.workOrders).toHaveLength(2);
    const costly = await post({ extensions, variables: { n: 100_000 } });
    expect([costly.status, codeOf(costly)]).toEqual([400, 'QUERY_TOO_COSTLY']);
  });

  it('tells subgraphs where the request came from', async () => {
    await post({ query: '{ me { name } }' }, { 'x-terminal': 'Mill 3', 'x-forwarded-for': '1.2.3.4' });
    expect(house.plant.claims.at(-1)).toMatchObject({ userId: 'admin', origin: '127.0.0.1 Mill 3' });
  });

  it('names what it does not understand about which operation to run', async () => {
    const answer = await post({ query: 'query A { me { name } } query B { me { name } }', operationName: 'C' });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'OPERATION_RESOLUTION_FAILURE']);
  });

  it('sends subscriptions to the WebSocket', async () => {
    const answer = await post({ query: 'subscription { shiftBoard(stationId: "s", shiftDate: "d") { shift } }' });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'SUBSCRIPTIONS_NEED_WEBSOCKET']);
  });
});

describe('requests that a foreign page could send', () => {
  it.each([
    ['text/plain', 'text/plain', '{"query":"{ me { name } }"}'],
    ['a form', 'application/x-www-form-urlencoded', 'query=%7Bme%7Bname%7D%7D'],
    ['multipart', 'multipart/form-data; boundary=x', '--x--'],
  ])('are refused as %s', async (_case, type, body) => {
    const answer = await post(body, { 'content-type': type });
    expect(answer.status).toBe(400);
    expect(answer.data).toBeUndefined();
  });

  it('are refused as a plain GET, and as one from another site', async () => {
    const url = `${graphql}?query=${encodeURIComponent('{ me { name } }')}`;
    expect((await fetch(url, { headers: { authorization } })).status).toBe(400);
    const foreign = { accept: 'application/json', origin: 'https://evil.example', authorization };
    expect((await fetch(url, { headers: foreign })).status).toBe(400);
    expect((await fetch(url, { headers: { accept: 'application/json', authorization } })).status).toBe(200);
  });

  it('never run a mutation by GET', async () => {
    const url = `${graphql}?query=${encodeURIComponent('mutation { touch }')}`;
    const response = await fetch(url, { headers: { authorization, 'apollo-require-preflight': 'yes' } });
    expect(response.status).toBe(405);
    expect(house.plant.touched).toBe(0);
  });

  it('are refused with other methods', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      expect((await fetch(graphql, { method })).status).toBe(405);
    }
  });
});

describe('bodies', () => {
  it('above 1 MB answer 413', async () => {
    const answer = await post({ query: '{ __typename }', variables: { text: 'x'.repeat(10 * 1024 * 1024) } });
    expect([answer.status, codeOf(answer)]).toEqual([413, 'BODY_TOO_LARGE']);
  });

  it('above 1 MB answer 413 when their length was not announced', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(64 * 1024));
    let left = 40;
    const body = new ReadableStream({
      pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close()),
    });
    const init = { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'application/json' } };
    expect((await fetch(graphql, init as RequestInit)).status).toBe(413);
  });

  it('that are compressed answer 415', async () => {
    const bomb = gzipSync(Buffer.alloc(5 * 1024 * 1024, ' '));
    expect((await post(bomb, { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it.each([
    ['nested 100,000 times', '['.repeat(100_000), 'BODY_TOO_NESTED'],
    ['cut short', '{"query":"{', 'BAD_REQUEST'],
    ['empty', '', 'BAD_REQUEST'],
    [
      'an array of operations',
      JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }]),
      'BAD_REQUEST',
    ],
    ['null', 'null', 'BAD_REQUEST'],
    ['a text', '"{ __typename }"', 'BAD_REQUEST'],
    ['NaN', '{"query":"{ __typename }","variables":{"n":NaN}}', 'BAD_REQUEST'],
  ])('that are %s answer 400', async (_case, body, code) => {
    const answer = await post(body);
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
  });

  it('with odd keys are answered as if they were ordinary', async () => {
    const query = 'query Q($n: Int!) { workOrders(first: $n) { id } }';
    const answer = await post(`{"query":"${query}","variables":{"n":1,"__proto__":{"n":9},"constructor":1}}`);
    expect(answer.data?.workOrders).toHaveLength(1);
  });
});

describe('the rest of the front', () => {
  it('tells whether it lives and is ready', async () => {
    expect((await fetch(`${house.url}/livez`)).status).toBe(200);
    const ready = await fetch(`${house.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok', checks: { mes: true, qms: true } }]);
  });

  it('is not ready before everything has been there, and stays ready when one subgraph goes', async () => {
    const there = { mes: true, qms: false };
    const other = await startTestGateway({ readiness: async () => there });
    const ready = async () => {
      const response = await fetch(`${other.url}/readyz`);
      return [response.status, ((await response.json()) as { status: string }).status];
    };
    expect(await ready()).toEqual([503, 'unready']);
    there.qms = true;
    expect(await ready()).toEqual([200, 'ok']);
    there.qms = false;
    expect(await ready()).toEqual([200, 'degraded']);
    there.mes = false;
    expect(await ready()).toEqual([503, 'unready']);
    await other.stop();
  });

  it('tells administrators how it is, and nobody else', async () => {
    const status = (headers: Record<string, string>) => fetch(`${house.url}/status`, { headers });
    house.grants.set('keeper', { factories: [], permissions: ['system:view'] });
    expect((await status({})).status).toBe(401);
    expect((await status({ authorization })).status).toBe(403);
    const response = await status({ authorization: `Bearer ${await house.issuer.token('keeper')}` });
    expect(await response.json()).toMatchObject({ draining: false, rateLimits: { sharedWithOtherGateways: false } });
  });

  it('answers 404 as JSON where there is nothing', async () => {
    for (const path of ['/metrics', '/admin', '/.env', '/page/../package.json', '/graphql/x']) {
      const response = await fetch(`${house.url}${path}`);
      expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/json; charset=utf-8']);
    }
  });

  it('serves GraphiQL without anything from elsewhere', async () => {
    const page = await fetch(house.url);
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).not.toMatch(/https?:\/\//);
    const paths = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path!);
    expect(paths.length).toBeGreaterThan(6);
    for (const path of paths) expect((await fetch(`${house.url}${path}`)).status).toBe(200);
    expect(await (await fetch(`${house.url}/page/config.json`)).json()).toMatchObject({ users: [{ id: 'admin' }] });
  });

  it('signs demo users in, and nobody else', async () => {
    const signIn = (body: string, type = 'application/json') =>
      fetch(`${house.url}/dev/token`, { method: 'POST', headers: { 'content-type': type }, body });
    const { token } = (await (await signIn('{"userId":"admin"}')).json()) as { token: string };
    expect((await post({ query: '{ me { name } }' }, { authorization: `Bearer ${token}` })).data).toEqual({
      me: { name: 'admin' },
    });
    expect((await signIn('{"userId":"ghost"}')).status).toBe(404);
    expect((await signIn('{"userId":1}')).status).toBe(400);
    expect((await signIn('{')).status).toBe(400);
    expect((await signIn('{"userId":"admin"}', 'text/plain')).status).toBe(415);
  });

  it('has no demo sign-in when no demo was asked for', async () => {
    const other = await startTestGateway();
    const response = await fetch(`${other.url}/dev/token`, { method: 'POST', body: '{}' });
    await other.stop();
    expect(response.status).toBe(404);
  });

  it('writes one line per request, without tokens', async () => {
    house.logLines.length = 0;
    await post({ query: 'query Mine { me { name } }' });
    await post({ query: '{ me { name } }' }, { authorization: 'Bearer secret-looking-text' });
    const lines = house.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      {
        msg: 'request',
        path: '/graphql',
        status: 200,
        outcome: 'ok',
        userId: 'admin',
        tenantId: 'tenant-001',
        operation: 'Mine',
      },
      { msg: 'request', path: '/graphql', status: 401, outcome: 'UNAUTHENTICATED' },
    ]);
    expect(house.logLines.join('')).not.toMatch(/secret-looking-text|Bearer/);
  });

  it.each([
    'GET /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'nonsense\r\n\r\n',
  ])('answers 400 to %j', async (bytes) => {
    const { hostname, port } = new URL(house.url);
    const answer = await new Promise<string>((resolve) => {
      const stream = createConnection({ host: hostname, port: Number(port) }, () => stream.write(bytes));
      stream.on('data', (data) => resolve(data.toString()));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each([
    ['a head', 'POST /graphql HTTP/1.1\r\nHost: x\r\n', 'X-A: b\r\n'],
    [
      'a body',
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n',
      ' ',
    ],
  ])(
    'lets nobody hold a connection by sending %s slowly, and others are answered meanwhile',
    async (_case, start, drop) => {
      const hurried = await startTestGateway({ limits: { headMs: 400, requestMs: 800 } });
      const { hostname, port } = new URL(hurried.url);
      const slow = Array.from({ length: 50 }, () => dripping({ hostname, port: Number(port) }, start, drop));
      expect((await fetch(`${hurried.url}/livez`)).status).toBe(200);
      for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
      await hurried.stop();
    },
  );

  it('finishes what is in flight when it stops, and takes nothing new', async () => {
    const other = await startTestGateway();
    const inFlight = other.ask('{ workOrders { id inspections { result } } }');
    const url = other.url;
    await inFlight;
    await other.stop();
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
  });

  it('says that a port is in use', async () => {
    const port = Number(new URL(house.url).port);
    await expect(startTestGateway({ port })).rejects.toThrow(`port ${port} is in use`);
  });

  it('does not start with a graph that has an open root field', async () => {
    const supergraphSdl = testSupergraph().replace(/(me: Employee .*?)@authenticated/, '$1');
    await expect(startTestGateway({ supergraphSdl })).rejects.toThrow('nothing guards: Query.me');
  });
});

/** Sends a byte or two now and then, and answers what came back by the time that the other side has enough. */
function dripping(at: { hostname: string; port: number }, start: string, drop: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const stream = createConnection({ host: at.hostname, port: at.port }, () => stream.write(start));
    const timer = setInterval(() => stream.write(drop), 50);
    stream.on('data', (data) => (answer += data.toString()));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      clearInterval(timer);
      resolve(answer);
    });
  });
}
