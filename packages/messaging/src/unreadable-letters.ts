/** Dead letters that are no event: of no tenant, so that nobody but the administrator of the system can see them. */
import type { DatabaseSession } from './database-session.ts';

export type UnreadableLetter = Readonly<{
  id: string;
  consumer: string;
  routingKey: string;
  state: string;
  since: Date;
  attempts: number;
  error: string;
  bytes: number;
  settledBy: string | null;
  reason: string | null;
}>;

const columns = `id, consumer, routing_key AS "routingKey", state, since, attempts, last_error AS error,
  coalesce(octet_length(body), 0) AS bytes, settled_by AS "settledBy", reason`;
const unreadable = `envelope IS NULL AND body IS NOT NULL`;

/** Those that nobody decided about yet, oldest first. */
export const unreadableLetters = (session: DatabaseSession): Promise<UnreadableLetter[]> =>
  session.query<UnreadableLetter>(
    `SELECT ${columns} FROM dead_letters WHERE ${unreadable} AND state = 'DEAD' ORDER BY since, id LIMIT 1000`,
  );

export async function readUnreadable(
  session: DatabaseSession,
  id: string,
): Promise<(UnreadableLetter & Readonly<{ body: Buffer }>) | null> {
  const [letter = null] = await session.query<UnreadableLetter & Readonly<{ body: Buffer }>>(
    `SELECT ${columns}, body FROM dead_letters WHERE ${unreadable} AND id = $1`,
    [id],
  );
  return letter;
}

/** False when it is none of them, or settled. */
export async function discardUnreadable(
  session: DatabaseSession,
  { id, by, reason }: Readonly<{ id: string; by: string; reason: string }>,
): Promise<boolean> {
  const rows = await session.query<object>(
    `UPDATE dead_letters SET state = 'DISCARDED', settled_at = clock_timestamp(), settled_by = $2, reason = $3
      WHERE ${unreadable} AND id = $1 AND state = 'DEAD' RETURNING 1`,
    [id, by, reason],
  );
  return rows.length === 1;
}

/** The bytes as people read them: sixteen a line, with what is text beside them. */
export function hexDump(body: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < body.length; at += 16) {
    const part = body.subarray(at, at + 16);
    const text = [...part].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    const hex = (part.toString('hex').match(/../g) ?? []).join(' ').padEnd(47);
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex}  ${text}`);
  }
  return lines.join('\n');
}
