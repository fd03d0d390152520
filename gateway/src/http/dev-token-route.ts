import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { readJsonBody } from './read-body.ts';
import { sendError, sendJson } from './responses.ts';

/** Demo users who may sign in without a password. Only a development set-up has them. */
export type Demo = Readonly<{
  users: readonly DemoUser[];
  /** Null for nobody we know. Knows more people than the page offers: the workers of the example log. */
  tokenFor(userId: string): Promise<string | null>;
}>;

export type DemoUser = Readonly<{ id: string; name: string; role: string }>;

const requestSchema = z.object({ userId: z.string() });
const bodyLimits = { bodyBytes: 4_096, bodyNesting: 4 };

/** `POST /dev/token {"userId": "emp-001"}` answers `{"token": "…"}`. */
export async function devTokenRoute(demo: Demo, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    return sendError(response, 405, 'METHOD_NOT_ALLOWED', 'Send POST.', { allow: 'POST' });
  }
  // A foreign page cannot send this type without being asked first.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return sendError(response, 415, 'UNSUPPORTED_MEDIA_TYPE', 'Send application/json.');
  }
  const read = await readJsonBody(request, bodyLimits);
  if (!read.ok) return sendError(response, read.status, read.code, read.message, { connection: 'close' });
  const body = requestSchema.safeParse(read.body);
  if (!body.success) return sendError(response, 400, 'BAD_USER_INPUT', 'Send {"userId": "…"}.');
  const token = await demo.tokenFor(body.data.userId);
  if (token === null) return sendError(response, 404, 'UNKNOWN_USER', 'There is no such demo user.');
  sendJson(response, 200, { token });
}
