/** Stands in for the ERP: the HTTP interfaces that EngHub uses, with demo people and made-up products. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openBooks, type Books } from './books.ts';
import { decoded, openInterfaces, type Answer, type Interfaces, type Question } from './interfaces.ts';
import { demoPeople, findPerson, type Role } from './people.ts';
import { openTokenIssuer } from './tokens.ts';

export type SimulatorOptions = Readonly<{
  /** 0 takes a free port. */
  port?: number;
  host?: string;
  /** Keeps the signing key between starts. */
  keyFile?: string;
  /** The `iss` of the tokens. When left out: the URL, or with a key file a name that outlives a change of port. */
  issuer?: string;
  /** Its tokens need no password: in production somebody has to say that this is meant. */
  allowInProduction?: boolean;
}>;

export type DemoUser = Readonly<{ id: string; name: string; role: Role; tenantId: string }>;

export type RunningSimulator = Readonly<{
  url: string;
  issuer: string;
  demoUsers: readonly DemoUser[];
  /** What the ERP knows; change it to change the world. */
  books: Books;
  /** A signed-in user's token, or null for nobody we know. */
  tokenFor(userId: string, expiresInSeconds?: number): Promise<string | null>;
  stop(): Promise<void>;
}>;

const MAX_BODY_BYTES = 64 * 1024;
const LASTING_ISSUER = 'urn:enghub:luaguage-simulator';

export async function startSimulator(options: SimulatorOptions = {}): Promise<RunningSimulator> {
  if (process.env.NODE_ENV === 'production' && !options.allowInProduction) {
    throw new Error(
      'The luaguage simulator hands out tokens without a password and does not run with NODE_ENV=production. ' +
        'Set LUAGUAGE_URL to the real ERP, or LUAGUAGE_SIMULATOR_ALLOW_IN_PRODUCTION=true if you mean it.',
    );
  }
  const books = openBooks(() => undefined);
  let interfaces: Interfaces | undefined;
  const server = createServer((request, response) => {
    if (!interfaces) return send(response, { status: 503, body: { error: 'starting' } });
    respond(request, response, interfaces).catch(() => send(response, { status: 500, body: { error: 'internal' } }));
  });
  const host = options.host ?? '127.0.0.1';
  const url = `http://${host}:${await listen(server, host, options.port ?? 0)}`;
  const issuer = options.issuer ?? (options.keyFile === undefined ? url : LASTING_ISSUER);
  const tokens = await openTokenIssuer(issuer, options.keyFile).catch(async (error: unknown) => {
    await close(server);
    throw error;
  });
  interfaces = openInterfaces(books, tokens);
  const { sign } = tokens;
  return {
    url,
    issuer,
    books,
    demoUsers: demoPeople.map(({ id, name, role, tenantId }) => ({ id, name, role, tenantId })),
    tokenFor: async (userId, expiresInSeconds) => {
      const person = findPerson(userId);
      return person ? sign(person, expiresInSeconds) : null;
    },
    stop: () => close(server),
  };
}

async function respond(request: IncomingMessage, response: ServerResponse, interfaces: Interfaces): Promise<void> {
  const body = await readBody(request);
  if (body === null) return send(response, { status: 413, body: { error: 'too_large' } });
  send(response, await interfaces.answer(questionOf(request, body)));
}

function questionOf(request: IncomingMessage, body: string): Question {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://luaguage');
  return {
    method: request.method ?? 'GET',
    path: pathname,
    query: searchParams,
    tenantId: decoded(header(request, 'x-tenant-id') ?? '') || demoPeople[0]!.tenantId,
    idempotencyKey: header(request, 'idempotency-key'),
    body,
  };
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, { status, body }: Answer): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
