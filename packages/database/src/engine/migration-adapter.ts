/** Prisma's pg adapter as its schema engine needs it; it was written for queries and fails on migrations in two places. */
import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum, type SqlResultSet } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import type { Migration } from './migrations.ts';

const charOid = 18;
const charArrayOid = 1002;
const timetzOid = 1266;
const textArrayOid = 1009;

type Field = { dataTypeID: number };

/**
 * The adapter refuses the catalogue type "char", which introspection reads. It has no number for it that we could
 * give, so these columns pass as times of day, of which a catalogue has none, and are put right in `charsRestored`.
 */
function disguiseChars<Result>(result: Result): Result {
  for (const one of Array.isArray(result) ? result : [result]) {
    for (const field of ((one as { fields?: Field[] } | undefined)?.fields ?? []) as Field[]) {
      if (field.dataTypeID === charOid) field.dataTypeID = timetzOid;
      else if (field.dataTypeID === charArrayOid) field.dataTypeID = textArrayOid;
    }
  }
  return result;
}

const charsRestored = (result: SqlResultSet): SqlResultSet => ({
  ...result,
  columnTypes: result.columnTypes.map((type) => (type === ColumnTypeEnum.Time ? ColumnTypeEnum.Character : type)),
});

type Query = (...query: unknown[]) => unknown;

function disguiseCharsOf(client: pg.PoolClient): void {
  const query = client.query.bind(client) as Query;
  const patched: Query = (...args) => {
    const result = query(...args);
    return result instanceof Promise ? result.then(disguiseChars) : result;
  };
  client.query = patched as typeof client.query;
}

/** A pool of `url` in which both the current schema and Prisma's history table are those of `namespace`. */
function migrationPool(url: string, namespace: string | null): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: 15_000,
    ...(namespace === null ? {} : { options: `-c search_path=${namespace}` }),
  });
  pool.on('connect', disguiseCharsOf);
  // pool.query() hands callbacks to the client, which the patch above leaves alone.
  const query: Query = async (...args) => {
    const client = await pool.connect();
    try {
      return await (client.query as Query)(...args);
    } finally {
      client.release();
    }
  };
  pool.query = query as typeof pool.query;
  return pool;
}

export function migrationAdapter(
  options: Readonly<{ url: string; namespace: string | null; migrations: readonly Migration[] }>,
): { factory: PrismaPg; close: () => Promise<void> } {
  const { url, namespace, migrations } = options;
  const pool = migrationPool(url, namespace);
  const factory = new PrismaPg(pool, namespace === null ? {} : { schema: namespace });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => charsRestored(await queryRaw(query));
    const fail = (adapter as unknown as { onError(error: unknown): never }).onError.bind(adapter);
    // The adapter's own splits at every semicolon, also inside function bodies.
    adapter.executeScript = async (script) => {
      const migration = migrations.find((one) => one.script === script);
      try {
        await adapter.underlyingDriver().query(migration ? withCompletion(migration) : script);
      } catch (error) {
        fail(error);
      }
    };
    return adapter;
  };
  return { factory, close: () => pool.end() };
}

/**
 * One script is one transaction. Noting its completion inside that transaction leaves no doubt after a crash: a row
 * without it was rolled back and may be tried again.
 */
function withCompletion({ name, checksum, script, transactional }: Migration): string {
  if (!transactional) return script;
  return `${script}\n;\nUPDATE _prisma_migrations SET finished_at = now()
    WHERE migration_name = '${name}' AND checksum = '${checksum}' AND finished_at IS NULL AND rolled_back_at IS NULL;`;
}
