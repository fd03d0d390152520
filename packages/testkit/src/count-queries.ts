import pg from 'pg';

/** How many statements this process sends to PostgreSQL while the work is done; binding a connection is not counted. */
export async function countQueries<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; queries: number; texts: string[] }> {
  const texts: string[] = [];
  // pg has no other place where every statement passes.
  const send = pg.Client.prototype.query;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [query] = args;
    const text = typeof query === 'string' ? query : ((query as { text?: string } | null)?.text ?? '');
    if (!text.includes('app.tenant_id')) texts.push(text);
    return (send as (...args: unknown[]) => unknown).apply(this, args);
  } as typeof send;
  try {
    const result = await work();
    return { result, queries: texts.length, texts };
  } finally {
    pg.Client.prototype.query = send;
  }
}
