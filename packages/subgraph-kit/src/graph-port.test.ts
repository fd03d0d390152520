import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isUnavailableFailure } from '@enghub/messaging/transport';
import { operator } from '@enghub/testkit/claims';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphOf } from './context.ts';
import { httpGraph, inProcessGraph } from './graph-port.ts';
import { readSigningKeys } from './signed-context.ts';

let answer: { status: number; body: string };
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((_request, response) => response.writeHead(answer.status).end(answer.body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
});
afterAll(() => server.close());

const keys = readSigningKeys('test:a-secret-of-the-tests-0123456789abcdef');
const failureOf = (at: string) =>
  graphOf(httpGraph(new Map([['mes', at]]), keys), operator)('mes', '{ me }', {}).then(
    () => null,
    (error: unknown) => error,
  );

describe('another subgraph', () => {
  it('gives its data', async () => {
    answer = { status: 200, body: '{"data":{"me":1}}' };
    expect(await failureOf(url)).toBeNull();
  });

  it.each([
    ['says that its database is away', 200, '{"errors":[{"message":"later","extensions":{"code":"UNAVAILABLE"}}]}'],
    ['answers 503', 503, 'no'],
  ])('is away when it %s: whoever needs it waits', async (_what, status, body) => {
    answer = { status, body };
    expect(isUnavailableFailure(await failureOf(url))).toBe(true);
  });

  it('is away when nobody answers, or when it is not running in this process', async () => {
    expect(isUnavailableFailure(await failureOf('http://127.0.0.1:9/graphql'))).toBe(true);
    const alone = graphOf(inProcessGraph(new Map()), operator)('mes', '{ me }', {});
    expect(isUnavailableFailure(await alone.catch((error: unknown) => error))).toBe(true);
  });

  it.each([
    ['refuses the question', 200, '{"errors":[{"message":"no such field"}]}'],
    ['answers 400', 400, '{}'],
    ['answers no JSON', 200, '<html>'],
  ])('is not away when it %s: waiting would not help', async (_what, status, body) => {
    answer = { status, body };
    const failure = await failureOf(url);
    expect(failure).toBeInstanceOf(Error);
    expect(isUnavailableFailure(failure)).toBe(false);
  });
});
