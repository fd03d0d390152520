import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyDatabase, freshDatabase, type FreshDatabase } from '@enghub/testkit/postgres';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { foundationMigrations, provision } from './provision.ts';

const plantMigrations = fileURLToPath(new URL('../test-migrations', import.meta.url));

async function ask(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

const bind = (tenant: string, factories: string): string =>
  `SELECT set_config('app.tenant_id', '${tenant}', false), set_config('app.factory_ids', '${factories}', false)`;

describe('a provisioned namespace', () => {
  let database: FreshDatabase;

  beforeAll(async () => {
    database = await freshDatabase('plant', [foundationMigrations, plantMigrations]);
    await ask(
      database.ownerUrl,
      `INSERT INTO plant.machines VALUES ('a', 'tenant-1', 'sh', 'A'), ('b', 'tenant-1', 'bj', 'B'), ('c', 'tenant-2', 'sh', 'C')`,
      `INSERT INTO plant.readings VALUES (gen_random_uuid(), 'tenant-1', '2026-01-31T23:59:59Z', 1), (gen_random_uuid(), 'tenant-2', '2026-02-01Z', 2)`,
    );
  });
  afterAll(() => database.drop());

  it('shows no row when no tenant is set', async () => {
    expect(await ask(database.appUrl, 'SELECT * FROM machines')).toEqual([]);
  });

  it('shows nothing of a plant when no factory is set', async () => {
    expect(await ask(database.appUrl, bind('tenant-1', ''), 'SELECT * FROM machines')).toEqual([]);
  });

  it('shows a tenant its factories and nothing else', async () => {
    const names = 'SELECT id FROM machines ORDER BY id';
    expect(await ask(database.appUrl, bind('tenant-1', 'sh'), names)).toEqual([{ id: 'a' }]);
    expect(await ask(database.appUrl, bind('tenant-1', 'bj,sh'), names)).toEqual([{ id: 'a' }, { id: 'b' }]);
    expect(await ask(database.appUrl, bind('tenant-2', '*'), names)).toEqual([{ id: 'c' }]);
  });

  it('answers the same in the function for SQL of our own', async () => {
    const visible = `SELECT factory_visible('sh') AS sh, factory_visible('bj') AS bj`;
    expect(await ask(database.appUrl, visible)).toEqual([{ sh: false, bj: false }]);
    expect(await ask(database.appUrl, bind('tenant-1', 'sh'), visible)).toEqual([{ sh: true, bj: false }]);
    expect(await ask(database.appUrl, bind('tenant-1', '*'), visible)).toEqual([{ sh: true, bj: true }]);
  });

  it.each([
    ['another tenant', `INSERT INTO machines VALUES ('x', 'tenant-2', 'sh', 'X')`],
    ['a factory out of sight', `INSERT INTO machines VALUES ('x', 'tenant-1', 'bj', 'X')`],
    ['another tenant, by an update', `UPDATE machines SET tenant_id = 'tenant-2' WHERE id = 'a'`],
  ])('refuses to write rows of %s', async (_case, statement) => {
    await expect(ask(database.appUrl, bind('tenant-1', 'sh'), statement)).rejects.toMatchObject({ code: '42501' });
  });

  it('refuses a partition by name, which has no tenant in its rows to hold against', async () => {
    const read = ask(database.appUrl, bind('tenant-1', '*'), 'SELECT * FROM readings_p202601');
    await expect(read).rejects.toMatchObject({ code: '42501' });
    expect(await ask(database.appUrl, bind('tenant-1', '*'), 'SELECT value FROM readings')).toHaveLength(1);
  });

  it('hides the rows of a partition even from a role that was granted it', async () => {
    const rows = await ask(
      database.ownerUrl,
      'GRANT SELECT ON plant.readings_p202601 TO plant_app',
      'SET ROLE plant_app',
      bind('tenant-1', '*'),
      'SELECT * FROM plant.readings_p202601',
    );
    expect(rows).toEqual([]);
  });

  it('takes back what was granted by hand', async () => {
    await ask(database.ownerUrl, 'GRANT SELECT ON plant.readings_p202602 TO plant_app');
    await provision({
      ownerUrl: database.ownerUrl,
      namespace: 'plant',
      migrationDirectories: [foundationMigrations, plantMigrations],
    });
    const privilege = `SELECT has_table_privilege('plant_app', 'plant.readings_p202602', 'SELECT') AS held`;
    expect(await ask(database.ownerUrl, privilege)).toEqual([{ held: false }]);
  });

  it.each([
    ['make a table', 'CREATE TABLE mine (id int)'],
    ['drop a table', 'DROP TABLE machines'],
    ['turn row-level security off', 'ALTER TABLE machines DISABLE ROW LEVEL SECURITY'],
    ['empty a table', 'TRUNCATE machines'],
    ['read the history of migrations', 'SELECT * FROM _prisma_migrations'],
    ['become the owner', 'SET ROLE postgres'],
  ])('does not let the runtime role %s', async (_case, statement) => {
    await expect(ask(database.appUrl, bind('tenant-1', '*'), statement)).rejects.toMatchObject({
      code: expect.stringMatching(/^42501$|^22023$/) as string,
    });
  });

  it.each([
    ['UPDATE readings SET value = 2'],
    ['DELETE FROM readings'],
    ['TRUNCATE readings'],
    ['UPDATE readings_p202601 SET value = 2'],
    ['SELECT 1 FROM readings FOR UPDATE'],
  ])('keeps a table that is marked as append-only from %s', async (statement) => {
    const { ownerUrl, appUrl } = database;
    const migrationDirectories = [foundationMigrations, plantMigrations];
    await ask(ownerUrl, 'SET search_path = plant', `SELECT append_only('plant.readings')`);
    await provision({ ownerUrl, namespace: 'plant', migrationDirectories });
    await expect(ask(appUrl, bind('tenant-1', '*'), statement)).rejects.toMatchObject({ code: '42501' });
    const insert = `INSERT INTO readings VALUES (gen_random_uuid(), 'tenant-1', '2026-02-03Z', 1)`;
    await ask(appUrl, bind('tenant-1', '*'), insert);
    // Whatever is granted by hand, the table itself refuses until the next start takes it back.
    await ask(ownerUrl, 'GRANT UPDATE (value), DELETE ON plant.readings TO plant_app');
    const change = ask(appUrl, bind('tenant-1', '*'), 'UPDATE readings SET value = 2');
    await expect(change).rejects.toThrow('append-only');
    await provision({ ownerUrl, namespace: 'plant', migrationDirectories });
    const privilege = `SELECT has_any_column_privilege('plant_app', 'plant.readings', 'UPDATE') AS held`;
    expect(await ask(ownerUrl, privilege)).toEqual([{ held: false }]);
  });

  it('lets the relay touch nothing of the plant', async () => {
    await expect(ask(database.relayUrl, 'SELECT * FROM machines')).rejects.toMatchObject({ code: '42501' });
  });

  it('keeps the roles of other namespaces out', async () => {
    const { ownerUrl } = database;
    const other = await provision({ ownerUrl, namespace: 'other', migrationDirectories: [foundationMigrations] });
    await expect(ask(other.appUrl, 'SELECT * FROM plant.machines')).rejects.toMatchObject({ code: '42501' });
  });
});

describe('month partitions', () => {
  let database: FreshDatabase;
  const make = (from: string, to: string, table = 'readings') =>
    ask(database.appUrl, `SELECT ensure_month_partitions('${table}', '${from}', '${to}') AS made`);

  beforeAll(async () => {
    database = await freshDatabase('plant', [foundationMigrations, plantMigrations]);
  });
  afterAll(() => database.drop());

  it('are made once, also when many ask at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => make('2012-01-15', '2012-03-01')));
    expect(made.map(([row]) => row?.made).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 3]);
    expect(await make('2012-01-01', '2012-04-30')).toEqual([{ made: 1 }]);
  });

  it('take the rows of their month in UTC and have the indexes of their table', async () => {
    await make('2013-01-01', '2013-02-01');
    await ask(
      database.appUrl,
      bind('tenant-1', '*'),
      `INSERT INTO readings VALUES (gen_random_uuid(), 'tenant-1', '2013-01-31T23:59:59.999Z', 1), (gen_random_uuid(), 'tenant-1', '2013-02-01T00:00:00Z', 2)`,
    );
    expect(await ask(database.ownerUrl, 'SELECT value::int FROM plant.readings_p201302')).toEqual([{ value: 2 }]);
    const keys = `SELECT count(*)::int FROM pg_index WHERE indrelid = 'plant.readings_p201302'::regclass AND indisprimary`;
    expect(await ask(database.ownerUrl, keys)).toEqual([{ count: 1 }]);
  });

  it('are closed to the role that asked for them', async () => {
    await make('2014-01-01', '2014-01-01');
    await expect(ask(database.appUrl, 'SELECT * FROM readings_p201401')).rejects.toMatchObject({ code: '42501' });
    const secured = `SELECT relrowsecurity AND relforcerowsecurity AS secured FROM pg_class WHERE relname = 'readings_p201401'`;
    expect(await ask(database.ownerUrl, secured)).toEqual([{ secured: true }]);
  });

  it.each([
    ['before this century', '1999-12-01', '2000-01-01', 'readings', '22023'],
    ['in a far future', '2100-01-01', '2100-02-01', 'readings', '22023'],
    ['for more than five years at once', '2001-01-01', '2006-01-01', 'readings', '22023'],
    ['backwards', '2012-02-01', '2012-01-01', 'readings', '22023'],
    ['of a table that has none', '2012-01-01', '2012-01-01', 'machines', '42809'],
    ['of a table whose owner never began', '2012-01-01', '2012-01-01', 'events', '42501'],
    ['of a partition', '2012-01-01', '2012-01-01', 'readings_p202601', '42809'],
    ['of the catalogue', '2012-01-01', '2012-01-01', 'pg_catalog.pg_class', '42809'],
  ])('are refused %s', async (_case, from, to, table, code) => {
    await expect(make(from, to, table)).rejects.toMatchObject({ code });
  });

  it('allow five years at once', async () => {
    expect(await make('2001-01-01', '2005-12-31')).toEqual([{ made: 60 }]);
  });
});

describe('provisioning', () => {
  let folder: string;
  let database: Awaited<ReturnType<typeof emptyDatabase>>;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'enghub-migrations-'));
    cpSync(plantMigrations, folder, { recursive: true });
    database = await emptyDatabase();
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await database.drop();
  });

  const go = (namespace = 'plant', ownerUrl = database.ownerUrl) =>
    provision({ ownerUrl, namespace, migrationDirectories: [foundationMigrations, folder] });

  const addMigration = (name: string, script: string): void => {
    mkdirSync(path.join(folder, name), { recursive: true });
    writeFileSync(path.join(folder, name, 'migration.sql'), script);
  };

  const history = () =>
    ask(
      database.ownerUrl,
      `SELECT migration_name AS name, finished_at IS NOT NULL AS finished, rolled_back_at IS NOT NULL AS undone
         FROM plant._prisma_migrations ORDER BY started_at`,
    );

  it('may be done by many processes for many namespaces at once, and again', async () => {
    const namespaces = ['one', 'two', 'three', 'four', 'five'];
    const urls = await Promise.all([...namespaces, ...namespaces, ...namespaces].map((name) => go(name)));
    expect(urls[5]).toEqual(urls[0]);
    for (const { appUrl } of urls) expect(await ask(appUrl, 'SELECT count_machines()::int AS n')).toEqual([{ n: 0 }]);
  });

  it('makes the databases it does not find, which may share roles on one server', async () => {
    const missing = ['a', 'b', 'c'].map((suffix) => `${database.ownerUrl}_${suffix}`);
    const urls = await Promise.all(missing.map((url) => go('plant', url)));
    for (const { appUrl } of urls) expect(await ask(appUrl, 'SELECT * FROM machines')).toEqual([]);
    for (const url of missing) {
      await ask(database.ownerUrl, `DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
    }
  });

  it('applies what is new, in the order of names', async () => {
    await go();
    addMigration('20260301000000_colour', 'ALTER TABLE plant.machines ADD COLUMN colour text;');
    const { appUrl } = await go();
    expect(await ask(appUrl, 'SELECT colour FROM machines')).toEqual([]);
    expect(await history()).toHaveLength(4);
  });

  it('refuses to go on when an applied migration was edited', async () => {
    await go();
    addMigration('20260201000000_plant', 'SELECT 1;');
    await expect(go()).rejects.toThrow('20260201000000_plant of plant was edited after it was applied');
  });

  it('leaves nothing of a migration that fails, says why, and takes the corrected one', async () => {
    addMigration('20260301000000_broken', 'CREATE TABLE plant.half (id int); SELECT 1 / 0;');
    await expect(go()).rejects.toThrow(/20260301000000_broken of plant failed: .*division by zero/);
    expect(await ask(database.ownerUrl, `SELECT to_regclass('plant.half') AS half`)).toEqual([{ half: null }]);
    addMigration('20260301000000_broken', 'CREATE TABLE plant.whole (id int);');
    await go();
    expect((await history()).filter(({ undone }) => !undone).every(({ finished }) => finished)).toBe(true);
  });

  it('tries a migration again whose process was killed before its end', async () => {
    await go();
    addMigration('20260301000000_late', 'CREATE TABLE plant.late (id int);');
    await ask(
      database.ownerUrl,
      `INSERT INTO plant._prisma_migrations (id, checksum, migration_name, started_at, applied_steps_count)
       VALUES (gen_random_uuid()::text, 'x', '20260301000000_late', now(), 0)`,
    );
    const { appUrl } = await go();
    expect(await ask(appUrl, 'SELECT * FROM late')).toEqual([]);
  });

  it('notes the end of a migration in its own transaction, so that a kill leaves no doubt whether it was applied', async () => {
    await go();
    await ask(
      database.ownerUrl,
      `CREATE TABLE plant.notes (transaction xid8);
       CREATE FUNCTION plant.note() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN INSERT INTO plant.notes SELECT pg_current_xact_id() WHERE NEW.finished_at IS NOT NULL; RETURN NULL; END $$;
       CREATE TRIGGER note AFTER UPDATE ON plant._prisma_migrations FOR EACH ROW EXECUTE FUNCTION plant.note();`,
    );
    addMigration('20260301000000_late', 'CREATE TABLE plant.late AS SELECT pg_current_xact_id() AS transaction');
    await go();
    expect(await ask(database.ownerUrl, 'SELECT FROM plant.late JOIN plant.notes USING (transaction)')).toHaveLength(1);
  });

  it('lets an older version of the code start on a newer database', async () => {
    addMigration('20260301000000_newer', 'CREATE TABLE plant.newer (id int);');
    await go();
    rmSync(path.join(folder, '20260301000000_newer'), { recursive: true });
    await expect(go()).resolves.toBeDefined();
  });

  it('refuses a table of tenants that nobody secured', async () => {
    addMigration('20260301000000_open', 'CREATE TABLE plant.secrets (id int, tenant_id text);');
    await expect(go()).rejects.toThrow(`SELECT secure_table('plant.secrets')`);
  });

  it.each([
    ['is a superuser', 'ALTER ROLE strong_app SUPERUSER'],
    ['may bypass row-level security', 'ALTER ROLE strong_app BYPASSRLS'],
    ['owns tables', 'ALTER TABLE strong.machines OWNER TO strong_app'],
    ['may create tables', 'GRANT CREATE ON SCHEMA strong TO strong_app'],
    ['is a superuser', 'GRANT postgres TO strong_app'],
  ])('refuses to start with a runtime role that %s (%s)', async (reason, statement) => {
    addMigration(
      '20260201000000_plant',
      "CREATE TABLE strong.machines (id int, tenant_id text); SELECT secure_table('strong.machines');",
    );
    await go('strong');
    await ask(database.ownerUrl, statement);
    try {
      await expect(go('strong')).rejects.toThrow(`Role strong_app ${reason}`);
    } finally {
      await ask(database.ownerUrl, 'DROP OWNED BY strong_app', 'DROP ROLE strong_app');
    }
  });
});
