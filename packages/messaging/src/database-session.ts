import pg from 'pg';
import type { Logger } from './logger.ts';

/** One connection that heals: lost, it is opened again by the next query. */
export type DatabaseSession = Readonly<{
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Rises with every new connection; what the old one had locked or listened to is gone by then. */
  generation(): number;
  close(): Promise<void>;
}>;

export type SessionOptions = Readonly<{
  url: string;
  name: string;
  logger: Logger;
  /** The PostgreSQL schema to work in; without it, the one that the URL or the role chooses. */
  namespace?: string;
  onNotification?: () => void;
}>;

// A peer that vanished without a word must not keep its locks for hours.
const onConnect = `
  SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
  SELECT set_config('app.factory_ids', '*', false)`;

export function openSession(options: SessionOptions): DatabaseSession {
  let current: Promise<pg.Client> | undefined;
  let live: pg.Client | undefined;
  let generation = 0;
  let closed = false;

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: options.url,
      application_name: `enghub ${options.name}`,
      connectionTimeoutMillis: 5_000,
      query_timeout: 30_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    client.on('error', (error) => {
      options.logger.warn({ error: error.message, session: options.name }, 'database connection lost');
      drop(client);
    });
    client.on('notification', () => options.onNotification?.());
    try {
      await client.connect();
      await client.query(onConnect);
      if (options.namespace) await client.query(`SET search_path TO ${pg.escapeIdentifier(options.namespace)}`);
    } catch (error) {
      void client.end().catch(() => {});
      throw error;
    }
    client.once('end', () => drop(client));
    generation += 1;
    return client;
  }

  function drop(client: pg.Client): void {
    if (live !== client) return;
    live = undefined;
    current = undefined;
    void client.end().catch(() => {});
  }

  async function client(): Promise<pg.Client> {
    if (closed) throw new Error(`session ${options.name} is closed`);
    current ??= connect().then(
      (opened) => {
        live = opened;
        if (closed) void opened.end().catch(() => {});
        return opened;
      },
      (error: unknown) => {
        current = undefined;
        throw error;
      },
    );
    return current;
  }

  async function run<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const connection = await client();
    try {
      const result = await connection.query<Row>(text, [...values]);
      return result.rows;
    } catch (error) {
      if (!isStatementError(error)) drop(connection);
      throw error;
    }
  }

  let last: Promise<unknown> = Promise.resolve();

  return {
    // One after the other: the driver takes a second query before the first has ended for a mistake.
    query<Row extends object>(text: string, values: readonly unknown[] = []) {
      const result = last.then(() => run<Row>(text, values));
      last = result.catch(() => {});
      return result;
    },
    generation: () => generation,
    async close() {
      closed = true;
      const open = await current?.catch(() => undefined);
      live = undefined;
      await open?.end().catch(() => {});
    },
  };
}

function isStatementError(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR' && !error.code?.startsWith('57P');
}
