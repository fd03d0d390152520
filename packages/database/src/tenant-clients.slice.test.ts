import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freshDatabase, type FreshDatabase } from '@enghub/testkit/postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { plainClient, type PlainClient } from './plain-client-for-tests.ts';
import { foundationMigrations } from './provision.ts';
import { openTenantClients, type TenantClients } from './tenant-clients.ts';

const directories = [foundationMigrations, fileURLToPath(new URL('../test-migrations', import.meta.url))];

let database: FreshDatabase;
const opened: TenantClients<PlainClient>[] = [];

function open(options: { maxConnections?: number; maxClients?: number; statementTimeout?: number } = {}) {
  const clients = openTenantClients({ url: database.appUrl, createClient: plainClient, ...options });
  opened.push(clients);
  return clients;
}

beforeAll(async () => {
  database = await freshDatabase('plant', directories);
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query(`
    INSERT INTO plant.machines
    SELECT 't' || t || '-f' || f || '-m' || m, 'tenant-' || t, 'factory-' || f, 'Machine ' || m
      FROM generate_series(1, 6) t, generate_series(1, 3) f, generate_series(1, 5) m;
    INSERT INTO plant.machines SELECT 't' || t || '-shared', 'tenant-' || t, NULL, 'Shared' FROM generate_series(1, 6) t;
  `);
  await owner.end();
});

afterAll(async () => {
  await Promise.all(opened.map((clients) => clients.close()));
  await database.drop();
});

describe('clients of a tenant', () => {
  it('never answer with another tenant when 6,000 questions of six tenants are asked in one tick', async () => {
    const clients = open({ maxConnections: 8 });
    const questions = Array.from({ length: 6_000 }, (_, index) => ({
      tenant: (index % 6) + 1,
      wanted: (Math.floor(index / 6) % 6) + 1,
    }));
    const answers = await Promise.all(
      questions.map(({ tenant, wanted }) =>
        clients
          .for({ tenantId: `tenant-${tenant}`, factoryIds: ['*'] })
          .query('SELECT id FROM machines WHERE id = $1', `t${wanted}-f1-m1`),
      ),
    );
    const wrong = questions.filter(
      ({ tenant, wanted }, index) => answers[index]?.length !== (tenant === wanted ? 1 : 0),
    );
    expect(wrong).toEqual([]);
  });

  it('keep factory sets apart on a single connection', async () => {
    const clients = open({ maxConnections: 1 });
    const sets = [['factory-1'], ['factory-2'], ['factory-1', 'factory-2'], ['factory-3'], [], ['*']];
    const expected = [6, 6, 11, 6, 1, 16];
    const counts = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        clients
          .for({ tenantId: `tenant-${(index % 5) + 1}`, factoryIds: sets[index % 6] ?? [] })
          .query('SELECT count(*)::int FROM machines'),
      ),
    );
    expect(counts.map((rows) => rows[0]?.[0])).toEqual(counts.map((_, index) => expected[index % 6]));
  });

  it('are the same client for the same factories in any order, and another one for others', () => {
    const clients = open();
    const one = clients.for({ tenantId: 'tenant-1', factoryIds: ['factory-2', 'factory-1'] });
    expect(clients.for({ tenantId: 'tenant-1', factoryIds: ['factory-1', 'factory-2', 'factory-1'] })).toBe(one);
    expect(clients.for({ tenantId: 'tenant-1', factoryIds: ['factory-1'] })).not.toBe(one);
    expect(clients.for({ tenantId: 'tenant-2', factoryIds: ['factory-1', 'factory-2'] })).not.toBe(one);
  });

  it('still answer after they were dropped for more recent ones', async () => {
    const clients = open({ maxClients: 2 });
    const first = clients.for({ tenantId: 'tenant-1', factoryIds: ['factory-1'] });
    for (const id of [2, 3, 4]) clients.for({ tenantId: `tenant-${id}`, factoryIds: [] });
    expect(clients.for({ tenantId: 'tenant-1', factoryIds: ['factory-1'] })).not.toBe(first);
    expect(await first.query('SELECT count(*)::int FROM machines')).toEqual([[6]]);
  });

  it.each([[''], ['factory-1,factory-2'], ['*', 'factory-1']])('refuse "%s" as a factory', (...factoryIds) => {
    const clients = open();
    expect(() => clients.for({ tenantId: 'tenant-1', factoryIds })).toThrow('factory');
  });

  it('refuse to work without a tenant', () => {
    const clients = open();
    expect(() => clients.for({ tenantId: '', factoryIds: ['*'] })).toThrow('tenant');
  });

  it('hold one connection for a whole transaction, and another tenant does not see what it has not committed', async () => {
    const clients = open({ maxConnections: 2 });
    const mine = clients.for({ tenantId: 'tenant-1', factoryIds: ['factory-1'] });
    const theirs = clients.for({ tenantId: 'tenant-2', factoryIds: ['factory-1'] });
    await mine.transaction(async (run) => {
      await run(`INSERT INTO machines VALUES ('new', 'tenant-1', 'factory-1', 'New')`);
      expect(await theirs.query('SELECT count(*)::int FROM machines')).toEqual([[6]]);
      expect(await run('SELECT count(*)::int FROM machines')).toEqual([[7]]);
      await run(`DELETE FROM machines WHERE id = 'new'`);
    });
  });
});

describe('a connection in doubt', () => {
  const tenantOne = { tenantId: 'tenant-1', factoryIds: ['*'] };
  const tenantTwo = { tenantId: 'tenant-2', factoryIds: ['*'] };
  const whose = `SELECT DISTINCT tenant_id FROM machines`;

  it('left inside a transaction is closed, since its rollback would bring the tenant before back', async () => {
    const clients = open({ maxConnections: 1 });
    await clients.for(tenantOne).query(whose);
    const careless = await clients.pool.connect();
    await careless.query('BEGIN');
    careless.release();
    expect(await clients.for(tenantTwo).query(whose)).toEqual([['tenant-2']]);
    expect(await clients.for(tenantOne).query(whose)).toEqual([['tenant-1']]);
  });

  it('is replaced when the server ended it', async () => {
    const clients = open({ maxConnections: 1 });
    const [row] = await clients.for(tenantOne).query('SELECT pg_backend_pid()::text');
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    await owner.query('SELECT pg_terminate_backend($1)', [row?.[0]]);
    await owner.end();
    await expect.poll(() => clients.pool.totalCount).toBe(0);
    expect(await clients.for(tenantTwo).query(whose)).toEqual([['tenant-2']]);
  });

  it('is given back after a refused statement, and a statement that takes too long is ended', async () => {
    const clients = open({ maxConnections: 1, statementTimeout: 200 });
    const client = clients.for(tenantOne);
    await expect(client.query('SELECT 1 / 0')).rejects.toThrow();
    await expect(client.query('SELECT pg_sleep(30)')).rejects.toThrow();
    await expect(client.transaction((run) => run('SELECT nothing'))).rejects.toThrow();
    expect(await clients.for(tenantTwo).query(whose)).toEqual([['tenant-2']]);
  });

  it('that no longer answers is given up in time, in and out of a transaction, and others go on', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'enghub-frozen-'));
    chmodSync(folder, 0o711);
    const server = await startEmbeddedPostgres({
      dataDirectory: path.join(folder, 'data'),
      durable: false,
      temporary: true,
    });
    const clients = openTenantClients({
      url: server.url,
      createClient: plainClient,
      maxConnections: 1,
      statementTimeout: 300,
    });
    const frozen: number[] = [];
    const freeze = (rows: unknown[][]): void => {
      const pid = Number(rows[0]?.[0]);
      frozen.push(pid);
      process.kill(pid, 'SIGSTOP');
    };
    try {
      const client = clients.for(tenantOne);
      const own = 'SELECT pg_backend_pid()::text';
      freeze(await client.query(own));
      await expect(client.query('SELECT 1')).rejects.toThrow();
      const lost = client.transaction(async (run) => {
        freeze(await run(own));
        await run('SELECT 1');
      });
      await expect(lost).rejects.toThrow();
      expect(await clients.for(tenantTwo).query('SELECT 1::int')).toEqual([[1]]);
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
      await clients.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
