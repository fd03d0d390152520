/**
 * Database clients bound to a tenant and its factories, over one pool. Each binding has a client of its own, because
 * Prisma merges queries of one tick and would answer one tenant with another's rows.
 */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { connectionsOf, keyOf, settingsOf, type Binding, type CheckOut, type Settings } from './bound-connections.ts';
import { boundView, readerView } from './bound-views.ts';
import { watchReplica, type ReplicaStatus, type ReplicaTimes, type ReplicaWatch } from './replica-watch.ts';
import { statementNames } from './statement-names.ts';

export type TenantClients<Db> = Readonly<{
  /** The client of a binding; cheap, so ask per request and do not keep it. */
  for(binding: Binding): Db;
  /**
   * The client of a binding for what may be two seconds old: a read replica answers while it can, the primary otherwise.
   * It cannot write, whoever answers. Without a replica it is the same client as `for` gives.
   */
  readerFor(binding: Binding): Db;
  /** How the read replica is; null where there is none. */
  replica(): ReplicaStatus | null;
  /** The shared pool, for its counters. A connection taken from it directly belongs to no tenant or to any. */
  pool: pg.Pool;
  close(): Promise<void>;
}>;

export type Replica = Readonly<{
  url: string;
  times?: Partial<ReplicaTimes>;
  onChange?: (status: ReplicaStatus, error?: unknown) => void;
}>;

export type TenantClientsOptions<Db> = Readonly<{
  url: string;
  createClient: (adapter: PrismaPg) => Db;
  /** A streaming replica of the server behind `url`. */
  replica?: Replica | undefined;
  maxConnections?: number;
  /** How many bindings keep a client; the least recently used one goes first. */
  maxClients?: number;
  /** How long a statement may take. */
  statementTimeout?: number;
  /** Hears of idle connections that broke; they are replaced by themselves. */
  onConnectionError?: (error: Error) => void;
}>;

type Client = { $disconnect(): Promise<void> };

const CONNECT_MS = 5_000;
/** The primary is there to answer as well, so nobody waits for long. */
const CONNECT_TO_REPLICA_MS = 1_000;

export function openTenantClients<Db extends Client>(options: TenantClientsOptions<Db>): TenantClients<Db> {
  const { url, replica, maxClients = 200 } = options;
  // One set for all: the connections are shared too, and a name stands for one text on each of them.
  const statementNameGenerator = statementNames();
  const createClient = (view: pg.Pool): Db => options.createClient(new PrismaPg(view, { statementNameGenerator }));
  const pool = openPool(options, url, CONNECT_MS);
  const checkOut = connectionsOf(pool);
  const clients = clientsPerBinding(maxClients, createClient, (settings) => boundView(() => checkOut(settings)));
  const reading = replica ? openReplica(options, replica) : null;
  const readers = reading
    ? clientsPerBinding(maxClients, createClient, (settings) =>
        readerView(
          () => checkOut(settings),
          () => reading.checkOut(settings),
          reading.watch,
        ),
      )
    : null;

  return {
    pool,
    for: (binding) => clients.for(settingsOf(binding, false)),
    readerFor: (binding) =>
      readers ? readers.for(settingsOf(binding, true)) : clients.for(settingsOf(binding, false)),
    replica: () => reading?.watch.status() ?? null,
    async close() {
      await Promise.all([clients.close(), readers?.close()]);
      await Promise.all([pool.end(), reading?.close()]);
    },
  };
}

type PoolOptions = Pick<TenantClientsOptions<never>, 'maxConnections' | 'statementTimeout' | 'onConnectionError'>;

function openPool(options: PoolOptions, url: string, connectMs: number): pg.Pool {
  const { maxConnections = 10, statementTimeout = 10_000 } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectMs,
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
  return pool;
}

type Reading = Readonly<{ checkOut: CheckOut; watch: ReplicaWatch; close(): Promise<void> }>;

/** Connections to the replica. When it went away they all go: one that hangs would keep its place when it is back. */
function openReplica(options: PoolOptions & Readonly<{ url: string }>, { url, times, onChange }: Replica): Reading {
  const open = () => {
    const pool = openPool(options, url, CONNECT_TO_REPLICA_MS);
    return { pool, checkOut: connectionsOf(pool) };
  };
  let current = open();
  const watch = watchReplica({
    primaryUrl: options.url,
    replicaUrl: url,
    ...(times && { times }),
    onChange,
    onLost() {
      void current.pool.end();
      current = open();
    },
  });
  return {
    checkOut: (settings) => current.checkOut(settings),
    watch,
    async close() {
      await watch.stop();
      await current.pool.end();
    },
  };
}

// Requests that hold a client which is dropped from the cache have this long to finish.
const graceMilliseconds = 60_000;

function clientsPerBinding<Db extends Client>(
  maxClients: number,
  createClient: (view: pg.Pool) => Db,
  viewFor: (settings: Settings) => pg.Pool,
) {
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
    for(settings: Settings): Db {
      const key = keyOf(settings);
      const known = clients.get(key);
      // Least recently used first: a Map keeps the order of insertion.
      if (known) clients.delete(key);
      const client = known ?? createClient(viewFor(settings));
      clients.set(key, client);
      if (clients.size > maxClients) {
        const [oldest] = clients;
        if (oldest) retire(...oldest);
      }
      return client;
    },
    async close(): Promise<void> {
      for (const timer of retired.values()) clearTimeout(timer);
      await Promise.allSettled([...clients.values(), ...retired.keys()].map((client) => client.$disconnect()));
      clients.clear();
      retired.clear();
    },
  };
}
