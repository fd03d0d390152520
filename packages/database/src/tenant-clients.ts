/**
 * Database clients bound to a tenant and its factories, over one pool. Each binding has a client of its own, because
 * Prisma merges queries of one tick and would answer one tenant with another's rows.
 */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { statementNames } from './statement-names.ts';

export type Binding = Readonly<{
  tenantId: string;
  /** ['*'] is every factory of the tenant, for work of the system itself. */
  factoryIds: readonly string[];
}>;

export type TenantClients<Db> = Readonly<{
  /** The client of a binding; cheap, so ask per request and do not keep it. */
  for(binding: Binding): Db;
  /** The shared pool, for its counters. A connection taken from it directly belongs to no tenant or to any. */
  pool: pg.Pool;
  close(): Promise<void>;
}>;

export type TenantClientsOptions<Db> = Readonly<{
  url: string;
  createClient: (adapter: PrismaPg) => Db;
  maxConnections?: number;
  /** How many bindings keep a client; the least recently used one goes first. */
  maxClients?: number;
  /** How long a statement may take. */
  statementTimeout?: number;
  /** Hears of idle connections that broke; they are replaced by themselves. */
  onConnectionError?: (error: Error) => void;
}>;

// Requests that hold a client which is dropped from the cache have this long to finish.
const graceMilliseconds = 60_000;

export function openTenantClients<Db extends { $disconnect(): Promise<void> }>(
  options: TenantClientsOptions<Db>,
): TenantClients<Db> {
  const { url, createClient, maxConnections = 10, maxClients = 200, statementTimeout = 10_000 } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 5_000,
    statement_timeout: statementTimeout,
    lock_timeout: statementTimeout,
    idle_in_transaction_session_timeout: 30_000,
    // For a server that no longer answers at all.
    query_timeout: statementTimeout * 1.25,
    keepAlive: true,
  });
  pool.on('error', (error) => options.onConnectionError?.(error));
  // Whoever holds a connection learns of its loss from the query; unheard, the event would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const checkOut = connectionsOf(pool);
  // One set for all: the connections are shared too, and a name stands for one text on each of them.
  const statementNameGenerator = statementNames();
  const adapterFor = (settings: Settings) =>
    new PrismaPg(
      boundView(() => checkOut(settings)),
      { statementNameGenerator },
    );
  const clients = new Map<string, Db>();
  const retired = new Map<Db, NodeJS.Timeout>();

  const retire = (key: string, client: Db): void => {
    clients.delete(key);
    const timer = setTimeout(() => {
      retired.delete(client);
      void client.$disconnect();
    }, graceMilliseconds);
    retired.set(client, timer.unref());
  };

  return {
    pool,
    for(binding) {
      const settings = settingsOf(binding);
      const key = keyOf(settings);
      const known = clients.get(key);
      // Least recently used first: a Map keeps the order of insertion.
      if (known) clients.delete(key);
      const client = known ?? createClient(adapterFor(settings));
      clients.set(key, client);
      if (clients.size > maxClients) {
        const [oldest] = clients;
        if (oldest) retire(...oldest);
      }
      return client;
    },
    async close() {
      for (const timer of retired.values()) clearTimeout(timer);
      await Promise.allSettled([...clients.values(), ...retired.keys()].map((client) => client.$disconnect()));
      clients.clear();
      retired.clear();
      await pool.end();
    },
  };
}

type Settings = Readonly<{ tenantId: string; factoryIds: string }>;

const keyOf = ({ tenantId, factoryIds }: Settings): string => JSON.stringify([tenantId, factoryIds]);

function settingsOf({ tenantId, factoryIds }: Binding): Settings {
  if (!tenantId) throw new Error('A database client needs a tenant');
  const sorted = [...new Set(factoryIds)].sort();
  // The setting is a list with commas, in which "*" stands for all.
  const wrong = sorted.find((id) => id === '' || id.includes(',') || (id === '*' && sorted.length > 1));
  if (wrong !== undefined) throw new Error(`"${wrong}" cannot be the id of a factory`);
  return { tenantId, factoryIds: sorted.join(',') };
}

/** Answers connections that carry the settings; one whose state is in doubt is closed, never handed on. */
function connectionsOf(pool: pg.Pool): (settings: Settings) => Promise<pg.PoolClient> {
  const bindings = new WeakMap<pg.PoolClient, string>();

  return async (settings) => {
    const key = keyOf(settings);
    for (;;) {
      preferIdle(pool, (client) => bindings.get(client) === key);
      const client = await pool.connect();
      if (!isQuiet(client)) {
        client.release(true);
        continue;
      }
      if (bindings.get(client) === key) return client;
      bindings.delete(client);
      try {
        await client.query(bind(settings));
      } catch (error) {
        client.release(true);
        throw error;
      }
      bindings.set(client, key);
      return client;
    }
  };
}

const bind = ({ tenantId, factoryIds }: Settings): pg.QueryConfig => ({
  name: 'bind_tenant',
  text: `SELECT set_config('app.tenant_id', $1, false), set_config('app.factory_ids', $2, false)`,
  values: [tenantId, factoryIds],
});

/**
 * Inside a transaction that somebody left open, our setting would be undone by its rollback and the connection would
 * silently carry the tenant before; behind a query that never returned we would wait for it.
 */
function isQuiet(client: pg.PoolClient): boolean {
  const { readyForQuery } = client as unknown as { readyForQuery?: boolean };
  return readyForQuery !== false && client.getTransactionStatus() === 'I';
}

/** Spares a round trip: pg's pool takes the last idle connection, so put a fitting one there. */
function preferIdle(pool: pg.Pool, fits: (client: pg.PoolClient) => boolean): void {
  const idle = (pool as unknown as { _idle?: { client: pg.PoolClient }[] })._idle;
  if (!Array.isArray(idle)) return;
  const index = idle.findLastIndex(({ client }) => fits(client));
  if (index < 0 || index === idle.length - 1) return;
  const [item] = idle.splice(index, 1);
  if (item) idle.push(item);
}

/** What the adapter takes for a pool: it opens nothing itself and lends the connections of one binding. */
function boundView(checkOut: () => Promise<pg.PoolClient>): pg.Pool {
  const view = new pg.Pool({ max: 1 });
  const query = async (...args: unknown[]): Promise<unknown> => {
    const client = await checkOut();
    let broken = false;
    try {
      return await (client.query as (...query: unknown[]) => unknown)(...args);
    } catch (error) {
      // A statement that the server refuses leaves the connection usable; of anything else we cannot know.
      broken = !(error instanceof pg.DatabaseError && error.severity === 'ERROR');
      throw error;
    } finally {
      client.release(broken);
    }
  };
  return Object.assign(view, { connect: checkOut, query, end: () => Promise.resolve() }) as pg.Pool;
}
