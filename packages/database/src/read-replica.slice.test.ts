/** Lag-tolerant reads on a real streaming replica that is taken away in every way that there is. */
import { fileURLToPath } from 'node:url';
import { startTcpProxy, type TcpProxy } from '@enghub/messaging/tcp-proxy-for-tests';
import { startReplicatedPostgres, type ReplicatedPostgres } from '@enghub/testkit/postgres-standby';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { plainClient, type PlainClient } from './plain-client-for-tests.ts';
import { foundationMigrations, provision } from './provision.ts';
import { atReplica } from './roles.ts';
import type { ReplicaStatus } from './replica-watch.ts';
import { openTenantClients, type TenantClients } from './tenant-clients.ts';

const directories = [foundationMigrations, fileURLToPath(new URL('../test-migrations', import.meta.url))];
const tenantOne = { tenantId: 'tenant-1', factoryIds: ['factory-1'] };
const tenantTwo = { tenantId: 'tenant-2', factoryIds: ['*'] };
const within = { timeout: 15_000, interval: 20 };
const where = 'SELECT pg_is_in_recovery()::text';
const REPLICA = [['true']];
const PRIMARY = [['false']];

let servers: ReplicatedPostgres;
let way: TcpProxy;
let owner: pg.Client;
let standby: pg.Client;
let clients: TenantClients<PlainClient>;
let appUrl: string;
const told: ReplicaStatus['state'][] = [];

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

const open = (replicaUrl: string, maxConnections = 3) =>
  openTenantClients({
    url: appUrl,
    createClient: plainClient,
    maxConnections,
    replica: { url: replicaUrl, onChange: ({ state }) => told.push(state) },
  });

const reader = () => clients.readerFor(tenantOne);
const state = () => clients.replica()!.state;
const inUse = () => vi.waitUntil(() => state() === 'IN_USE', within);

beforeAll(async () => {
  servers = await startReplicatedPostgres();
  const { primary } = servers;
  ({ appUrl } = await provision({ ownerUrl: primary.url, namespace: 'plant', migrationDirectories: directories }));
  owner = await connected(primary.url);
  standby = await connected(servers.standby.url);
  await owner.query(`
    INSERT INTO plant.machines
    SELECT 't' || t || '-m' || m, 'tenant-' || t, 'factory-1', 'Machine ' || m
      FROM generate_series(1, 2) t, generate_series(1, 5) m`);
  way = await startTcpProxy(servers.standby.url);
  clients = open(atReplica(appUrl, way.url));
  await inUse();
});
afterEach(async () => {
  way.restore();
  await standby.query('SELECT pg_wal_replay_resume()');
  await inUse();
});
afterAll(async () => {
  await clients?.close();
  await Promise.all([owner?.end(), standby?.end()]);
  await way?.close();
  await servers?.stop();
});

describe('a reader', () => {
  it('is answered by the replica, everything else by the primary', async () => {
    expect(await reader().query(where)).toEqual(REPLICA);
    expect(await clients.for(tenantOne).query(where)).toEqual(PRIMARY);
    expect(await reader().transaction((run) => run(where))).toEqual(PRIMARY);
  });

  it('sees the rows of its tenant and no others, on either server and in turns over few connections', async () => {
    const whose = 'SELECT DISTINCT tenant_id FROM plant.machines';
    const asked = Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? tenantOne : tenantTwo));
    const answers = () => Promise.all(asked.map((binding) => clients.readerFor(binding).query(whose)));
    const own = asked.map(({ tenantId }) => [[tenantId]]);
    expect(await answers()).toEqual(own);
    way.refuse();
    expect(await answers()).toEqual(own);
    expect(await Promise.all(asked.map((binding) => clients.for(binding).query(whose)))).toEqual(own);
  });

  it('shares the plans that a connection of the primary keeps with those who write', async () => {
    const only = open('postgresql://127.0.0.1:1/enghub', 1);
    const mine = Array.from({ length: 5 }, (_, at) => `SELECT '${at} of a reader'`);
    const theirs = Array.from({ length: 5 }, (_, at) => `SELECT '${at} of a writer'`);
    for (let round = 0; round < 5; round += 1) {
      for (const sql of mine) expect(await only.readerFor(tenantOne).query(sql)).toEqual([[sql.slice(8, -1)]]);
      for (const sql of theirs) expect(await only.for(tenantOne).query(sql)).toEqual([[sql.slice(8, -1)]]);
    }
    await only.close();
  });

  it('cannot write, whoever answers, nor in a transaction; whoever may write can right afterwards', async () => {
    const write = `UPDATE plant.machines SET name = 'Written' WHERE id = 't1-m1' RETURNING name`;
    const refused = async () => {
      await expect(reader().query(write)).rejects.toThrow(/read-only/);
      await expect(reader().transaction((run) => run(write))).rejects.toThrow(/read-only/);
    };
    await refused();
    way.refuse();
    await refused();
    expect(await clients.for(tenantOne).query(`SELECT name FROM plant.machines WHERE id = 't1-m1'`)).toEqual([
      ['Machine 1'],
    ]);
    const same = `UPDATE plant.machines SET name = 'Machine 1' WHERE id = 't1-m1' RETURNING name`;
    for (let at = 0; at < 5; at += 1) expect(await clients.for(tenantOne).query(same)).toEqual([['Machine 1']]);
  });
});

describe('without its replica', () => {
  it('a reader is answered by the primary at once, and by the replica when it is back', async () => {
    expect(await reader().query(where)).toEqual(REPLICA);
    told.length = 0;
    way.refuse();
    for (let at = 0; at < 50; at += 1) expect(await reader().query(where)).toEqual(PRIMARY);
    expect(state()).toBe('AWAY');
    way.restore();
    await inUse();
    expect(await reader().query(where)).toEqual(REPLICA);
    expect(told).toEqual(['AWAY', 'IN_USE']);
  });

  it('every reader that was waiting for it is answered when it hangs, within two seconds, and later ones at once', async () => {
    const sleeping = Array.from({ length: 3 }, () =>
      reader().query(`SELECT pg_is_in_recovery()::text, pg_sleep(0.3)::text`),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    way.hang();
    const startedAt = performance.now();
    const waiting = Array.from({ length: 12 }, () => reader().query(where));
    for (const rows of await Promise.all([...waiting, ...sleeping])) expect(rows[0]![0]).toBe('false');
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    for (let at = 0; at < 20; at += 1) {
      const from = performance.now();
      expect(await reader().query(where)).toEqual(PRIMARY);
      expect(performance.now() - from).toBeLessThan(900);
    }
    way.restore();
    await inUse();
    // None of its few connections is still waiting for an answer of before.
    expect(await Promise.all(Array.from({ length: 6 }, () => reader().query(where)))).toEqual(Array(6).fill(REPLICA));
  });

  it('a system starts, and finds it later', async () => {
    way.refuse();
    const late = open(atReplica(appUrl, way.url));
    try {
      expect(await late.readerFor(tenantTwo).query(where)).toEqual(PRIMARY);
      way.restore();
      await expect.poll(() => late.readerFor(tenantTwo).query(where), within).toEqual(REPLICA);
    } finally {
      await late.close();
    }
  });
});

describe('a replica', () => {
  it('that replays nothing is read until its rows are two seconds old, and again when it has caught up', async () => {
    const count = `SELECT count(*)::text FROM plant.machines WHERE id LIKE 'lag-%'`;
    const insert = (id: string) =>
      owner.query(`INSERT INTO plant.machines VALUES ($1, 'tenant-1', 'factory-1', 'Late')`, [id]);
    // As on a server that may lose power: what is answered is in the log.
    await owner.query('SET synchronous_commit = on');
    await standby.query('SELECT pg_wal_replay_pause()');
    await insert('lag-1');
    const committedAt = performance.now();
    let [age, seen] = [0, '0'];
    while (age < 2_000 && seen === '0') {
      age = performance.now() - committedAt;
      seen = String((await reader().query(count))[0]![0]);
    }
    expect(seen).toBe('1');
    // It was read until then.
    expect(age).toBeGreaterThan(500);
    expect(state()).toBe('BEHIND');
    expect(clients.replica()!.behindAtMostMs).toBeGreaterThan(2_000);
    await standby.query('SELECT pg_wal_replay_resume()');
    await inUse();
    expect(await reader().query(count)).toEqual([['1']]);
    expect(await reader().query(where)).toEqual(REPLICA);
  });

  it('of a primary that has nothing to do is read for as long as that lasts', async () => {
    told.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(await reader().query(where)).toEqual(REPLICA);
    expect(told).toEqual([]);
  });

  it('that cancels a statement because of what it replays loses that statement to the primary, and no other', async () => {
    await owner.query('CREATE TABLE plant.passing (id int); GRANT SELECT ON plant.passing TO plant_app');
    await expect
      .poll(async () => (await standby.query(`SELECT to_regclass('plant.passing') AS it`)).rows[0].it)
      .toBeTruthy();
    told.length = 0;
    const held = reader().query(
      'SELECT pg_is_in_recovery()::text, pg_sleep(3)::text FROM (SELECT count(*) FROM plant.passing) it',
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    await owner.query('TRUNCATE plant.passing');
    expect((await held)[0]![0]).toBe('false');
    expect(await reader().query(where)).toEqual(REPLICA);
    expect(told).toEqual([]);
    await owner.query('DROP TABLE plant.passing');
  });

  it('that lacks what the primary has by now leaves the statement to the primary', async () => {
    await standby.query('SELECT pg_wal_replay_pause()');
    await owner.query('CREATE TABLE plant.newer (id int); GRANT SELECT ON plant.newer TO plant_app');
    expect(await reader().query('SELECT count(*)::text FROM plant.newer')).toEqual([['0']]);
    expect(state()).toBe('IN_USE');
    await owner.query('DROP TABLE plant.newer');
  });

  it('is none when it is the primary itself', async () => {
    const states: string[] = [];
    const other = openTenantClients({
      url: appUrl,
      createClient: plainClient,
      replica: { url: appUrl, onChange: ({ state: it }) => states.push(it) },
    });
    try {
      await expect.poll(() => states).toEqual(['UNFIT']);
      expect(await other.readerFor(tenantOne).query(where)).toEqual(PRIMARY);
    } finally {
      await other.close();
    }
  });
});

it('costs nothing where there is none: readers are the ordinary clients', async () => {
  const plain = openTenantClients({ url: appUrl, createClient: plainClient });
  expect(plain.readerFor(tenantOne)).toBe(plain.for(tenantOne));
  expect(plain.replica()).toBeNull();
  await plain.close();
});
