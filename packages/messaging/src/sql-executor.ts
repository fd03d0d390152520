import type { ClientBase, Pool } from 'pg';

/** Runs one parameterised statement and answers the number of rows: a Prisma transaction client is one. */
export type SqlExecutor = Readonly<{
  $executeRaw(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<number>;
}>;

/** The same over a plain connection. */
export function sqlExecutor(client: Pick<ClientBase | Pool, 'query'>): SqlExecutor {
  return {
    async $executeRaw(query, ...values) {
      const text = query.reduce((sql, part, index) => `${sql}$${index}${part}`);
      const result = await client.query(text, values);
      return result.rowCount ?? 0;
    },
  };
}
