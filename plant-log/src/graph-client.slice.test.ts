import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createGraphClient, isGraphFailure } from './graph-client.ts';
import { operations } from './operations.ts';

type Heard = Readonly<{ token: string | undefined; body: string }>;
type Reply = Readonly<{ status: number; body: unknown }> | 'hang up';

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

/** Somebody at the other end of the line who gives these replies, one after another, the last for ever. */
async function listener(...replies: Reply[]) {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const reply = replies[Math.min(heard.length, replies.length - 1)]!;
      heard.push({ token: request.headers.authorization, body });
      if (reply === 'hang up') request.socket.destroy();
      else response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => (server.closeAllConnections(), server.close()));
  let tokens = 0;
  const client = createGraphClient({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokenFor: async (user) => (user === 'nobody' ? null : `${user}-${(tokens += 1)}`),
    attempts: 3,
    firstDelayMs: 1,
  });
  const report = (user: string) => client.call(operations.reportProduction, { input: { requestId: 'log:1' } }, user);
  return { client, report, heard };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

const accepted = {
  status: 200,
  body: { data: { reportProduction: { __typename: 'ReportProductionPayload', replayed: false } } },
};
const codeOf = (call: Promise<unknown>) => call.then(String, (error: unknown) => isGraphFailure(error) && error.code);

describe('a client of the graph', () => {
  it('sends the same again when the line breaks or the graph stumbles', async () => {
    const { report, heard } = await listener('hang up', { status: 503, body: {} }, accepted);
    expect(await report('ID4932')).toEqual({ ok: true, payload: { replayed: false } });
    expect(heard).toHaveLength(3);
    expect(new Set(heard.map(({ body }) => body)).size).toBe(1);
  });

  it('gives up after its attempts and says why', async () => {
    const { report, heard } = await listener({ status: 503, body: {} });
    expect(await codeOf(report('ID4932'))).toBe('HTTP_503');
    expect(heard).toHaveLength(3);
  });

  it('says that nobody answers', async () => {
    const { report } = await listener('hang up');
    expect(await codeOf(report('ID4932'))).toBe('UNREACHABLE');
  });

  it('does not repeat what was forbidden', async () => {
    const forbidden = { errors: [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }] };
    const { report, heard } = await listener({ status: 200, body: forbidden });
    expect(await codeOf(report('ID4932'))).toBe('FORBIDDEN');
    expect(heard).toHaveLength(1);
  });

  it('signs in once, and again when the token has expired', async () => {
    const { report, heard } = await listener(accepted, { status: 401, body: {} }, accepted);
    await report('ID4932');
    await report('ID4932');
    expect(heard.map(({ token }) => token)).toEqual(['Bearer ID4932-1', 'Bearer ID4932-1', 'Bearer ID4932-2']);
  });

  it('lets the stand-in speak for somebody who may not sign in', async () => {
    const { client } = await listener(accepted);
    expect(await client.signedIn('nobody', 'emp-001')).toBe('emp-001');
    expect(await client.signedIn('ID4932', 'emp-001')).toBe('ID4932');
  });
});
