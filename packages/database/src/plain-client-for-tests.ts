import type { PrismaPg } from '@prisma/adapter-pg';

/** Drives the adapter as a Prisma client does, without a generated one. */
export function plainClient(adapter: PrismaPg) {
  const connected = adapter.connect();
  return {
    query: async (sql: string, ...args: string[]) => {
      const argTypes = args.map(() => ({ scalarType: 'string' as const, arity: 'scalar' as const }));
      return (await (await connected).queryRaw({ sql, args, argTypes })).rows;
    },
    transaction: async <Result>(work: (run: (sql: string) => Promise<unknown[][]>) => Promise<Result>) => {
      const transaction = await (await connected).startTransaction();
      const run = async (sql: string) => (await transaction.queryRaw({ sql, args: [], argTypes: [] })).rows;
      try {
        const result = await work(run);
        await run('COMMIT');
        await transaction.commit();
        return result;
      } catch (error) {
        await run('ROLLBACK').catch(() => undefined);
        await transaction.rollback();
        throw error;
      }
    },
    $disconnect: async () => (await connected).dispose(),
  };
}

export type PlainClient = ReturnType<typeof plainClient>;
