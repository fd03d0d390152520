/** Stands in for the ERP: the HTTP interfaces that EngHub uses, with demo people and made-up products. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { startAdmin, type AdminAccess } from './admin.ts';
import { openBooks, type Books } from './books.ts';
import { openFaults, sendSpoiled, spoiled, type Faults } from './faults.ts';
import { decoded, openInterfaces, type Interfaces, type Question } from './interfaces.ts';
import { demoPeople, findPerson, type Role } from './people.ts';
import { close, listen, readBody, send } from './server.ts';
import { openTokenIssuer } from './tokens.ts';
import { openWebhooks, type WebhookTarget, type Webhooks } from './webhooks.ts';

export type SimulatorOptions = Readonly<{
  /** 0 takes a free port. */
  port?: number;
  host?: string;
  /** Keeps the signing key between starts. */
  keyFile?: string;
  /** The `iss` of the tokens. When left out: the URL, or with a key file a name that outlives a change of port. */
  issuer?: string;
  adminPort?: number;
  /** Where to write how the admin interface is reached; removed at the end. */
  adminFile?: string;
  /** Who hears of changes. */
  webhooks?: WebhookTarget | undefined;
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
  faults: Faults;
  webhooks: Webhooks;
  /** The same over HTTP, for other processes of this machine. */
  admin: AdminAccess;
  /** Paths asked so far, the newest last, without those of the login; a test may empty it. */
  asked: string[];
  /** A signed-in user's token, or null for nobody we know. */
  tokenFor(userId: string, expiresInSeconds?: number): Promise<string | null>;
  stop(): Promise<void>;
}>;

const MOST_REMEMBERED = 1_000;
const LASTING_ISSUER = 'urn:enghub:luaguage-simulator';

export async function startSimulator(options: SimulatorOptions = {}): Promise<RunningSimulator> {
  if (process.env.NODE_ENV === 'production' && !options.allowInProduction) {
    throw new Error(
      'The luaguage simulator hands out tokens without a password and does not run with NODE_ENV=production. ' +
        'Set LUAGUAGE_URL to the real ERP, or LUAGUAGE_SIMULATOR_ALLOW_IN_PRODUCTION=true if you mean it.',
    );
  }
  const faults = openFaults();
  const asked: string[] = [];
  const books = openBooks((change) => webhooks.tell(change));
  const webhooks = openWebhooks(books.now, options.webhooks ?? null);
  let interfaces: Interfaces | undefined;
  const server = createServer((request, response) => {
    if (!interfaces) return send(response, { status: 503, body: { error: 'starting' } });
    respond(request, response, { interfaces, faults, asked }).catch(() =>
      send(response, { status: 500, body: { error: 'internal' } }),
    );
  });
  const host = options.host ?? '127.0.0.1';
  const url = `http://${host}:${await listen(server, host, options.port ?? 0)}`;
  const issuer = options.issuer ?? (options.keyFile === undefined ? url : LASTING_ISSUER);
  const tokens = await openTokenIssuer(issuer, options.keyFile).catch(async (error: unknown) => {
    await close(server);
    throw error;
  });
  interfaces = openInterfaces(books, tokens);
  const admin = await startAdmin(
    { books, faults, webhooks, url },
    { port: options.adminPort, file: options.adminFile },
  ).catch(async (error: unknown) => {
    await close(server);
    throw error;
  });
  const { sign } = tokens;
  return {
    url,
    issuer,
    books,
    faults,
    webhooks,
    admin: { url: admin.url, token: admin.token },
    asked,
    demoUsers: demoPeople.map(({ id, name, role, tenantId }) => ({ id, name, role, tenantId })),
    tokenFor: async (userId, expiresInSeconds) => {
      const person = findPerson(userId);
      return person ? sign(person, expiresInSeconds) : null;
    },
    stop: async () => {
      webhooks.stop();
      await admin.stop();
      await close(server);
    },
  };
}

type Luaguage = Readonly<{ interfaces: Interfaces; faults: Faults; asked: string[] }>;

async function respond(request: IncomingMessage, response: ServerResponse, luaguage: Luaguage): Promise<void> {
  const { interfaces, faults, asked } = luaguage;
  const body = await readBody(request);
  if (body === null) return send(response, { status: 413, body: { error: 'too_large' } });
  const question = questionOf(request, body);
  const name = interfaces.nameOf(question);
  if (!isLogin(question.path)) remember(asked, request.url ?? '/');
  const fault = faults.of(name);
  if (fault === null) return send(response, await interfaces.answer(question));
  sendSpoiled(response, await spoiled(fault, () => interfaces.answer(question)));
}

const isLogin = (path: string) => path === '/token' || path.startsWith('/.well-known/');

function remember(asked: string[], path: string): void {
  asked.push(path);
  if (asked.length > MOST_REMEMBERED) asked.shift();
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
