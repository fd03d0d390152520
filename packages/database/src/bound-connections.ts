/** Connections of a shared pool, each lent with the tenant and factories of whoever asks set on it. */
import pg from 'pg';

export type Binding = Readonly<{
  tenantId: string;
  /** ['*'] is every factory of the tenant, for work of the system itself. */
  factoryIds: readonly string[];
}>;

/** What a connection carries while it is lent. */
export type Settings = Readonly<{
  tenantId: string;
  factoryIds: string;
  /** The server refuses whatever would write. */
  isReadOnly: boolean;
}>;

export const keyOf = ({ tenantId, factoryIds, isReadOnly }: Settings): string =>
  JSON.stringify([tenantId, factoryIds, isReadOnly]);

export function settingsOf({ tenantId, factoryIds }: Binding, isReadOnly: boolean): Settings {
  if (!tenantId) throw new Error('A database client needs a tenant');
  const sorted = [...new Set(factoryIds)].sort();
  // The setting is a list with commas, in which "*" stands for all.
  const wrong = sorted.find((id) => id === '' || id.includes(',') || (id === '*' && sorted.length > 1));
  if (wrong !== undefined) throw new Error(`"${wrong}" cannot be the id of a factory`);
  return { tenantId, factoryIds: sorted.join(','), isReadOnly };
}

export type CheckOut = (settings: Settings) => Promise<pg.PoolClient>;

/** Answers connections that carry the settings; one whose state is in doubt is closed, never handed on. */
export function connectionsOf(pool: pg.Pool): CheckOut {
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

const bind = ({ tenantId, factoryIds, isReadOnly }: Settings): pg.QueryConfig => ({
  name: 'bind_tenant',
  text: `SELECT set_config('app.tenant_id', $1, false), set_config('app.factory_ids', $2, false),
                set_config('default_transaction_read_only', $3, false)`,
  values: [tenantId, factoryIds, isReadOnly ? 'on' : 'off'],
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

/** A statement that the server refuses leaves the connection usable; of anything else we cannot know. */
export const isRefusedStatement = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.severity === 'ERROR';
