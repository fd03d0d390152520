/** What holds for the database of every subgraph, whatever tables it gets: nobody reads past their tenant. */
import { openTenantClients } from '@enghub/database/tenant-clients';
import { migrationDirectories } from '@enghub/subgraph-kit/start-subgraph';
import { freshDatabase, type FreshDatabase } from '@enghub/testkit/postgres';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderOf, subgraphs } from './subgraphs.ts';

describe.each(subgraphs)('the database of $name', ({ name }) => {
  const namespace = name.replaceAll('-', '_');
  let database: FreshDatabase;
  let owner: pg.Client;
  let app: pg.Client;
  let relay: pg.Client;

  beforeAll(async () => {
    const folder = pathToFileURL(`${folderOf(name)}/`);
    database = await freshDatabase(namespace, migrationDirectories(folder));
    const open = async (connectionString: string) => {
      const client = new pg.Client({ connectionString });
      await client.connect();
      return client;
    };
    [owner, app, relay] = (await Promise.all([database.ownerUrl, database.appUrl, database.relayUrl].map(open))) as [
      pg.Client,
      pg.Client,
      pg.Client,
    ];
  });
  afterAll(async () => {
    await Promise.all([owner, app, relay].map((client) => client?.end()));
    await database?.drop();
  });

  const names = async (client: pg.Client, sql: string): Promise<string[]> =>
    (await client.query<{ name: string }>(sql, [namespace])).rows.map((row) => row.name);

  it('is worked on by roles that own nothing, bypass nothing, create nothing and can become nobody else', async () => {
    for (const client of [app, relay]) {
      const { rows } = await client.query(
        `SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
                (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS owned,
                (SELECT count(*)::int FROM pg_auth_members WHERE member = r.oid) AS memberships,
                has_schema_privilege($1, 'CREATE') OR has_schema_privilege('public', 'CREATE') AS creates
           FROM pg_roles r WHERE rolname = current_user`,
        [namespace],
      );
      expect(rows).toEqual([
        {
          rolsuper: false,
          rolbypassrls: false,
          rolcreaterole: false,
          rolcreatedb: false,
          rolreplication: false,
          owned: 0,
          memberships: 0,
          creates: false,
        },
      ]);
    }
  });

  it('forces row-level security on every table with a tenant, and has none without one but its history', async () => {
    const open = `SELECT relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND relname <> '_prisma_migrations'
         AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'))`;
    expect(await names(owner, open)).toEqual([]);
  });

  it('binds every policy to the tenant, to the relay by name, or to the scheduler that must know its tenants', async () => {
    const loose = `SELECT tablename || '.' || policyname AS name FROM pg_policies
       WHERE schemaname = $1 AND permissive = 'PERMISSIVE'
         AND qual !~ 'tenant_id = .*current_tenant' AND qual !~ ('^\\(CURRENT_USER = ''' || $1 || '_relay''')
         AND NOT (tablename = 'erp_tenants' AND cmd = 'SELECT' AND qual ~ 'current_tenant.* = ''system:scheduler''')`;
    expect(await names(owner, loose)).toEqual([]);
  });

  it('shows its partitions to nobody by name', async () => {
    const granted = `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = $1 AND c.relispartition
         AND (has_any_column_privilege($1 || '_app', c.oid, 'SELECT, INSERT, UPDATE')
           OR has_table_privilege($1 || '_app', c.oid, 'DELETE')
           OR has_any_column_privilege($1 || '_relay', c.oid, 'SELECT, INSERT, UPDATE'))`;
    expect(await names(owner, granted)).toEqual([]);
  });

  it('has no view that reads with the rights of its owner', async () => {
    const views = `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = $1 AND c.relkind IN ('v', 'm')
         AND (c.relkind = 'm' OR NOT coalesce(c.reloptions, '{}') && ARRAY['security_invoker=true', 'security_invoker=on'])`;
    expect(await names(owner, views)).toEqual([]);
  });

  it('pins what functions mean that run with the rights of their owner, and gives them to nobody but its role', async () => {
    const careless = `SELECT p.proname AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname = $1 AND p.prosecdef
         AND (coalesce(array_to_string(p.proconfig, ';'), '') !~ 'search_path=.*, *pg_temp'
           OR EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) WHERE grantee = 0))`;
    expect(await names(owner, careless)).toEqual([]);
  });

  it('answers a connection without a tenant with no row of any table, and takes none', async () => {
    const readable = `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname = $1 AND has_table_privilege(format('%I.%I', schemaname, tablename), 'SELECT')`;
    const tables = await names(app, readable);
    expect(tables).toContain(`${namespace}.requests`);
    for (const table of tables) {
      const { rows } = await app.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
      expect(rows, table).toEqual([{ count: 0 }]);
    }
    const insert = `INSERT INTO ${namespace}.requests (tenant_id, request_id, command, body_hash) VALUES ('tenant-001', 'r', 'c', 'h')`;
    await expect(app.query(insert)).rejects.toMatchObject({ code: '42501' });
  });

  it('never mixes two tenants that take turns on one connection', async () => {
    const clients = openTenantClients({
      url: database.appUrl,
      maxConnections: 1,
      createClient: (adapter) => {
        const connected = adapter.connect();
        return {
          tenants: async (): Promise<unknown[][]> =>
            (
              await (
                await connected
              ).queryRaw({ sql: 'SELECT DISTINCT tenant_id FROM requests', args: [], argTypes: [] })
            ).rows,
          $disconnect: async () => (await connected).dispose(),
        };
      },
    });
    try {
      await owner.query(
        `INSERT INTO ${namespace}.requests (tenant_id, request_id, command, body_hash)
         SELECT 'tenant-' || t, 'r' || n, 'c', 'h' FROM generate_series(1, 2) t, generate_series(1, 5) n`,
      );
      const turns = Array.from({ length: 40 }, (_, at) => `tenant-${(at % 2) + 1}`);
      const seen = await Promise.all(
        turns.map((tenantId) => clients.for({ tenantId, factoryIds: [`factory-of-${tenantId}`] }).tenants()),
      );
      expect(seen).toEqual(turns.map((tenantId) => [[tenantId]]));
    } finally {
      await clients.close();
    }
  });
});
