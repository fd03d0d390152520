/** What each path answers. The paths and bodies are luaguage's own. */
import { z } from 'zod';
import type { Books } from './books.ts';
import { openIdempotentAnswers } from './idempotency.ts';
import { findPerson } from './people.ts';
import { notification, orderStatus } from './sales-orders.ts';
import type { TokenIssuer } from './tokens.ts';

export type Question = Readonly<{
  method: string;
  path: string;
  query: URLSearchParams;
  /** Of the company that asks; the demo's first one when it does not say. */
  tenantId: string;
  idempotencyKey: string | null;
  body: string;
}>;
export type Answer = Readonly<{ status: number; body: unknown }>;

/** What can fail by itself; the rest (keys, tokens) is not the ERP's but the login's. */
export const interfaceNames = [
  'products',
  'materials',
  'bom',
  'ppap',
  'permissions',
  'users',
  'notifications',
  'sales-orders',
  'order-status',
] as const;
export type InterfaceName = (typeof interfaceNames)[number];

type Interface = Readonly<{
  name: InterfaceName | null;
  method: 'GET' | 'POST';
  path: RegExp;
  answer: (parts: readonly string[], question: Question) => Answer | Promise<Answer>;
}>;

/** Who answers this question, and how. `name` is null for what never fails on command. */
export type Interfaces = Readonly<{
  nameOf(question: Question): InterfaceName | null;
  answer(question: Question): Promise<Answer>;
}>;

const signIn = z.object({ userId: z.string() });

export function openInterfaces(books: Books, tokens: TokenIssuer): Interfaces {
  const answers = openIdempotentAnswers();
  const { sales } = books;
  const post = (name: InterfaceName, path: RegExp, take: (question: Question) => Answer): Interface => ({
    name,
    method: 'POST',
    path,
    answer: (_, question) => {
      const { tenantId, idempotencyKey, body } = question;
      const key = idempotencyKey && JSON.stringify([tenantId, question.path, idempotencyKey]);
      return answers.once(key, body, () => take(question));
    },
  });

  const interfaces: readonly Interface[] = [
    get('bom', /^\/api\/v1\/bom\/product\/([^/]+)\/version\/([^/]+)$/, ([id, version]) => books.bom(id!, version!)),
    get('ppap', /^\/api\/v1\/ppap\/material\/([^/]+)$/, ([id]) => books.ppap(id!)),
    get('permissions', /^\/api\/v1\/auth\/user\/([^/]+)\/permissions$/, ([id]) => books.user(id!)),
    get('users', /^\/api\/v1\/users$/, (_, { tenantId, query }) => ({
      users: books.users(tenantId, { role: query.get('role'), factoryId: query.get('factory') }),
    })),
    get('products', /^\/api\/v1\/products\/([^/]+)$/, ([id]) => books.product(id!)),
    get('materials', /^\/api\/v1\/materials\/([^/]+)$/, ([id]) => books.material(id!)),
    get('sales-orders', /^\/api\/v1\/sales-orders\/([^/]+)$/, ([id], { tenantId }) => sales.find(tenantId, id!)),
    {
      name: 'sales-orders',
      method: 'GET',
      path: /^\/api\/v1\/sales-orders$/,
      answer: (_, { tenantId, query }) => {
        const limit = z.coerce
          .number()
          .int()
          .min(1)
          .safeParse(query.get('limit') ?? 100);
        const page = limit.success ? sales.changedSince(tenantId, query.get('cursor'), limit.data) : null;
        return page ? ok(page) : badRequest;
      },
    },
    post('notifications', /^\/api\/v1\/notifications\/send$/, ({ body }) => {
      const read = notification.safeParse(json(body));
      return read.success ? { status: 202, body: sales.notify(read.data) } : badRequest;
    }),
    post('order-status', /^\/api\/v1\/production\/order-status$/, ({ body, tenantId }) => {
      const read = orderStatus.safeParse(json(body));
      return read.success ? ok(sales.post(tenantId, read.data)) : badRequest;
    }),
    { name: null, method: 'GET', path: /^\/\.well-known\/jwks\.json$/, answer: () => ok(tokens.jwks) },
    { name: null, method: 'POST', path: /^\/token$/, answer: (_, { body }) => issueToken(body, tokens) },
  ];
  const at = (path: string) => interfaces.filter((it) => it.path.test(path));

  return {
    nameOf: ({ path }) => at(path)[0]?.name ?? null,
    answer: async (question) => {
      const here = at(question.path);
      const asked = here.find((it) => it.method === question.method);
      if (!asked) return here.length > 0 ? { status: 405, body: { error: 'method_not_allowed' } } : notFound;
      const parts = asked.path.exec(question.path)!.slice(1).map(decoded);
      return parts.every((part) => part !== null) ? asked.answer(parts, question) : notFound;
    },
  };
}

const notFound: Answer = { status: 404, body: { error: 'not_found' } };
const badRequest: Answer = { status: 400, body: { error: 'bad_request' } };
const ok = (body: unknown): Answer => ({ status: 200, body });

function get(
  name: InterfaceName,
  path: RegExp,
  find: (parts: readonly string[], question: Question) => unknown,
): Interface {
  return {
    name,
    method: 'GET',
    path,
    answer: (parts, question) => {
      const found = find(parts, question);
      return found ? ok(found) : notFound;
    },
  };
}

async function issueToken(body: string, tokens: TokenIssuer): Promise<Answer> {
  const read = signIn.safeParse(json(body));
  if (!read.success) return badRequest;
  const person = findPerson(read.data.userId);
  return person ? ok({ token: await tokens.sign(person) }) : notFound;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
