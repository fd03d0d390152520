import pg from 'pg';

// What runs beside any request: bindings of connections, the relay, mailboxes and their turns, the sealer of the audit trail.
const BESIDE = /app\.tenant_id|\b(outbox|mailbox|consumers|audit_\w+)\b|advisory_/;
// Reads unsent events as well, for a request.
const OF_A_REQUEST = /\bfailed_steps\b/;

/** How many statements this process sends to PostgreSQL for the work, and which. */
export async function countQueries<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; queries: number; texts: string[] }> {
  const texts: string[] = [];
  // pg has no other place where every statement passes.
  const send = pg.Client.prototype.query;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [query] = args;
    const text = typeof query === 'string' ? query : ((query as { text?: string } | null)?.text ?? '');
    if (!BESIDE.test(text) || OF_A_REQUEST.test(text)) texts.push(text);
    return (send as (...args: unknown[]) => unknown).apply(this, args);
  } as typeof send;
  try {
    const result = await work();
    return { result, queries: texts.length, texts };
  } finally {
    pg.Client.prototype.query = send;
  }
}
