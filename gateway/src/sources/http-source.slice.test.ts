import { serveHttp } from '@enghub/subgraph-kit/serve-http';
import { readSigningKeys } from '@enghub/subgraph-kit/signed-context';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newPlant, testSubgraphs } from '../testing/test-graph.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { httpSource, type HttpSource } from './http-source.ts';
import { inProcessSource } from './in-process-source.ts';

const logger = pino({ level: 'silent' });
const keys = readSigningKeys('k1:a-secret-of-some-length');
const plant = newPlant();
const servers = new Map<string, Server>();
const sources: HttpSource[] = [];
let house: TestGateway;

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
const sourceAt = (name: string, url: string, deadlineMs?: number) => {
  const source = httpSource({ name, url, keys, logger, ...(deadlineMs ? { deadlineMs } : {}) });
  sources.push(source);
  return source;
};
async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.set(`extra-${servers.size}`, server);
  return urlOf(server);
}
const contextOfAdmin = () =>
  ({
    viewer: { claims: { tenantId: 't', factoryIds: [], userId: 'u', permissions: [], language: 'en', traceId: 'x' } },
  }) as never;
const ask = (source: HttpSource, query: string) =>
  source.process({ request: { query, variables: {} }, context: contextOfAdmin() } as never);

beforeAll(async () => {
  for (const [name, subgraph] of testSubgraphs(plant)) {
    servers.set(name, await serveHttp(subgraph, { host: '127.0.0.1', port: 0, keys, logger }));
  }
  house = await startTestGateway({ sources: (name) => sourceAt(name, urlOf(servers.get(name)!), 2_000) });
});
afterAll(async () => {
  await house.stop();
  await Promise.all(sources.map((source) => source.close()));
  for (const server of servers.values()) {
    server.closeAllConnections();
    server.close();
  }
});

it('answers the same over HTTP as in process, one batch for all orders', async () => {
  plant.inspectionBatches = 0;
  plant.claims.length = 0;
  const answer = await house.ask(
    '{ workOrders(first: 20) { id cost inspections { result note } } me { name } }',
    'operator',
  );
  expect(answer.data?.workOrders).toHaveLength(20);
  expect(answer.data?.me).toEqual({ name: 'operator' });
  expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  expect(plant.inspectionBatches).toBe(1);
  expect(plant.claims[0]).toMatchObject({ tenantId: 'tenant-001', userId: 'operator', factoryIds: ['factory-sh-01'] });
});

it('is refused by a subgraph when the signature is missing or made with another secret', async () => {
  const url = urlOf(servers.get('mes')!);
  const headers = { 'content-type': 'application/json', 'x-tenant-id': 'tenant-001', 'x-user-id': 'admin' };
  expect((await fetch(url, { method: 'POST', headers, body: 'not even JSON' })).status).toBe(401);
  const stranger = httpSource({ name: 'mes', url, keys: readSigningKeys('k1:another-secret-of-length'), logger });
  const { errors } = await ask(stranger, '{ me { name } }');
  await stranger.close();
  expect(errors).toMatchObject([{ path: ['me'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'mes' } }]);
});

it('blanks the fields of a subgraph that is gone, and answers the rest', async () => {
  const qms = servers.get('qms')!;
  qms.closeAllConnections();
  await new Promise((resolve) => qms.close(resolve));
  const answer = await house.ask('{ workOrders(first: 2) { id inspections { result } } }');
  expect(answer.data?.workOrders).toEqual([
    { id: 'wo-1', inspections: null },
    { id: 'wo-2', inspections: null },
  ]);
  expect(answer.errors).toMatchObject([
    { path: ['workOrders', 0, 'inspections'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'qms' } },
  ]);
});

it('gives up on a subgraph that never answers', async () => {
  const url = await listening(createServer(() => undefined));
  const { errors } = await ask(sourceAt('mes', url, 200), '{ me { name } }');
  expect(errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
});

it.each([
  ['asks again, once, when a connection breaks under a query', '{ me { name } }', 2],
  ['never repeats a mutation', 'mutation { touch }', 1],
])('%s', async (_case, query, expected) => {
  let asked = 0;
  const url = await listening(
    createServer((request) => {
      asked += 1;
      request.socket.destroy();
    }),
  );
  const { errors } = await ask(sourceAt('mes', url), query);
  expect(errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
  expect(asked).toBe(expected);
});

it('does not take a page of HTML for an answer', async () => {
  const url = await listening(createServer((_request, response) => response.end('<html>maintenance</html>')));
  expect((await ask(sourceAt('mes', url), '{ me { name } }')).errors).toMatchObject([
    { extensions: { code: 'SUBGRAPH_UNAVAILABLE' } },
  ]);
});

it('is not asked any more after failures in a row, commands included, and comes back by one that tries', async () => {
  let asked = 0;
  let answers = false;
  const url = await listening(
    createServer((_request, response) => {
      asked += 1;
      if (answers) return response.end('{"data":{"me":{"name":"x"}}}');
      response.writeHead(503).end();
    }),
  );
  const source = httpSource({ name: 'mes', url, keys, logger, circuit: { failures: 3, openMs: 300 } });
  sources.push(source);
  for (let at = 0; at < 3; at += 1) await ask(source, '{ me { name } }');
  for (const query of ['{ me { name } }', 'mutation { touch }']) {
    expect((await ask(source, query)).errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
  }
  expect(asked).toBe(3);
  expect(source.circuit()).toMatchObject({ state: 'OPEN', failures: 3, refused: 2 });
  answers = true;
  await expect.poll(async () => (await ask(source, '{ me { name } }')).data).toEqual({ me: { name: 'x' } });
  expect(source.circuit().state).toBe('CLOSED');
});

it.each([
  ['errors of GraphQL', 200, '{"data":null,"errors":[{"message":"no"}]}'],
  ['a refusal of what was sent', 400, '{"errors":[{"message":"no","extensions":{"code":"BAD_USER_INPUT"}}]}'],
])('goes on being asked while it answers %s', async (_case, status, body) => {
  const url = await listening(createServer((_request, response) => response.writeHead(status).end(body)));
  const source = httpSource({ name: 'mes', url, keys, logger, circuit: { failures: 2, openMs: 60_000 } });
  sources.push(source);
  for (let at = 0; at < 6; at += 1) {
    expect((await ask(source, '{ me { name } }')).errors?.[0]?.message).toBe('no');
  }
  expect(source.circuit().state).toBe('CLOSED');
});

it('gives up in process as over HTTP', async () => {
  const stuck = { name: 'mes', contextFor: () => ({}), execute: () => new Promise<never>(() => undefined) };
  const source = inProcessSource(stuck, logger, { deadlineMs: 50 });
  const answer = await source.process({
    request: { query: '{ me { name } }', variables: {} },
    context: { ...(contextOfAdmin() as object), subgraphContexts: new Map() },
  } as never);
  expect(answer.errors).toMatchObject([{ path: ['me'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
  expect(source.circuit().failures).toBe(1);
});
