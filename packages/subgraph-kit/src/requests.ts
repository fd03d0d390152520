import { createHash } from 'node:crypto';
import type { Claims } from './claims.ts';

/** The part of a Prisma transaction that raw SQL needs. */
export type SqlTransaction = {
  $queryRaw<T>(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<T>;
  $executeRaw(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<number>;
};

export type Replay<Answer> = { kind: 'first' } | { kind: 'replayed'; answer: Answer } | { kind: 'reused' };

/**
 * Books a client-made request id inside the command's transaction. The same id with the same body finds the first
 * answer; with another body it is `reused`. A concurrent twin waits here until the first one commits or fails.
 */
export async function bookRequest<Answer>(
  tx: SqlTransaction,
  claims: Claims,
  request: { requestId: string; command: string; body: unknown },
): Promise<Replay<Answer>> {
  const bodyHash = hashBody(claims, request.command, request.body);
  const booked = await tx.$executeRaw`
    INSERT INTO requests (tenant_id, request_id, command, body_hash)
    VALUES (${claims.tenantId}, ${request.requestId}, ${request.command}, ${bodyHash})
    ON CONFLICT DO NOTHING`;
  if (booked === 1) return { kind: 'first' };

  const [known] = await tx.$queryRaw<{ body_hash: string; answer: Answer }[]>`
    SELECT body_hash, answer FROM requests
    WHERE tenant_id = ${claims.tenantId} AND request_id = ${request.requestId}`;
  return known?.body_hash === bodyHash ? { kind: 'replayed', answer: known.answer } : { kind: 'reused' };
}

/** What is known of a request without booking it: for what must be asked outside, before the transaction. */
export async function findRequest<Answer>(
  db: SqlTransaction,
  claims: Claims,
  request: { requestId: string; command: string; body: unknown },
): Promise<Replay<Answer>> {
  const [known] = await db.$queryRaw<{ body_hash: string; answer: Answer }[]>`
    SELECT body_hash, answer FROM requests
    WHERE tenant_id = ${claims.tenantId} AND request_id = ${request.requestId}`;
  if (!known) return { kind: 'first' };
  const bodyHash = hashBody(claims, request.command, request.body);
  return known.body_hash === bodyHash ? { kind: 'replayed', answer: known.answer } : { kind: 'reused' };
}

/** Takes a booking back, in the same transaction: a refused command has no effect and may be sent again. */
export async function forgetRequest(tx: SqlTransaction, claims: Claims, requestId: string): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM requests WHERE tenant_id = ${claims.tenantId} AND request_id = ${requestId}`;
}

/** Keeps the answer for replays; in the same transaction as the effect. */
export async function answerRequest(
  tx: SqlTransaction,
  claims: Claims,
  requestId: string,
  answer: unknown,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE requests SET answer = ${JSON.stringify(answer)}::jsonb
    WHERE tenant_id = ${claims.tenantId} AND request_id = ${requestId}`;
}

/** The user is part of the body: nobody gets another user's answer by guessing a request id. */
export function hashBody(claims: Claims, command: string, body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([claims.userId, command, canonical(body)]))
    .digest('base64url');
}

function canonical(value: unknown): unknown {
  if (value instanceof Date || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(canonical);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined && member !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, canonical(member)]),
  );
}
