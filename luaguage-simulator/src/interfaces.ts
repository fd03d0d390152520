/** What each path answers. The paths and bodies are luaguage's own. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { findBom, findMaterial, findPpap, findProduct } from './materials.ts';
import { findPerson, scopesOf } from './people.ts';
import type { TokenIssuer } from './tokens.ts';

export type Question = Readonly<{ method: string; path: string; body: string }>;
export type Answer = Readonly<{ status: number; body: unknown }>;

type Interface = Readonly<{
  method: 'GET' | 'POST';
  path: RegExp;
  answer: (parts: readonly string[], body: string, tokens: TokenIssuer) => Answer | Promise<Answer>;
}>;

const notification = z.object({
  type: z.string().min(1),
  recipient_id: z.string().min(1),
  data: z.record(z.string(), z.unknown()),
});
const signIn = z.object({ userId: z.string() });

const interfaces: readonly Interface[] = [
  get(/^\/api\/v1\/bom\/product\/([^/]+)\/version\/([^/]+)$/, findBom),
  get(/^\/api\/v1\/ppap\/material\/([^/]+)$/, findPpap),
  get(/^\/api\/v1\/auth\/user\/([^/]+)\/permissions$/, permissionsOf),
  get(/^\/api\/v1\/products\/([^/]+)$/, findProduct),
  get(/^\/api\/v1\/materials\/([^/]+)$/, findMaterial),
  { method: 'GET', path: /^\/\.well-known\/jwks\.json$/, answer: (_, _body, tokens) => ok(tokens.jwks) },
  { method: 'POST', path: /^\/api\/v1\/notifications\/send$/, answer: (_, body) => sendNotification(body) },
  { method: 'POST', path: /^\/token$/, answer: (_, body, tokens) => issueToken(body, tokens) },
];

export async function answerTo({ method, path, body }: Question, tokens: TokenIssuer): Promise<Answer> {
  const here = interfaces.filter((it) => it.path.test(path));
  const asked = here.find((it) => it.method === method);
  if (!asked) return here.length > 0 ? { status: 405, body: { error: 'method_not_allowed' } } : notFound;
  const parts = asked.path.exec(path)!.slice(1).map(decoded);
  return parts.every((part) => part !== null) ? asked.answer(parts, body, tokens) : notFound;
}

const notFound: Answer = { status: 404, body: { error: 'not_found' } };
const badRequest: Answer = { status: 400, body: { error: 'bad_request' } };
const ok = (body: unknown): Answer => ({ status: 200, body });

function get(path: RegExp, find: (one: string, other: string) => unknown): Interface {
  return {
    method: 'GET',
    path,
    answer: ([one = '', other = '']) => {
      const found = find(one, other);
      return found ? ok(found) : notFound;
    },
  };
}

function permissionsOf(userId: string): unknown {
  const person = findPerson(userId);
  return (
    person && {
      user_id: person.id,
      tenant_id: person.tenantId,
      roles: [person.role],
      factories: person.factoryIds,
      permissions: scopesOf[person.role],
    }
  );
}

function sendNotification(body: string): Answer {
  const read = notification.safeParse(json(body));
  return read.success ? { status: 202, body: { notification_id: randomUUID(), status: 'QUEUED' } } : badRequest;
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

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
