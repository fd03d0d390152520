import { foundationMigrations } from '@enghub/database/provision';
import { freshDatabase, type FreshDatabase } from '@enghub/testkit/postgres';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSession, type DatabaseSession } from './database-session.ts';
import { openTestPool, stationEvent, testFactory, testTenant } from './effects-for-tests.ts';
import { keepHouse } from './housekeeping-for-tests.ts';
import { silentLogger } from './logger.ts';
import { messagingMigrations } from './migrations.ts';
import { appendEvents } from './outbox.ts';
import { startRelay, type Relay } from './relay.ts';
import type { Retention } from './retention.ts';
import { sqlExecutor } from './sql-executor.ts';

const soon = { timeout: 20_000, interval: 20 };

describe('the archive of the outbox', () => {
  let database: FreshDatabase;
  let app: pg.Pool;
  let owner: pg.Pool;
  let session: DatabaseSession;
  let relay: Relay | undefined;

  beforeAll(async () => {
    database = await freshDatabase('mes', [foundationMigrations, messagingMigrations]);
    app = poolOf(testTenant, testFactory);
    owner = openTestPool({ connectionString: database.ownerUrl });
    session = openSession({ url: database.relayUrl, name: 'archive test', namespace: 'mes', logger: silentLogger });
  });
  beforeEach(() => owner.query('TRUNCATE mes.outbox; TRUNCATE mes.outbox_archive'));
  afterEach(async () => {
    await relay?.stop();
    relay = undefined;
  });
  afterAll(async () => {
    await session?.close();
    await app?.end();
    await owner?.end();
    await database?.drop();
  });

  const poolOf = (tenant: string, factories: string) =>
    openTestPool({
      connectionString: database.appUrl,
      options: `-c app.tenant_id=${tenant} -c app.factory_ids=${factories}`,
    });

  /** Events of one station, written and sent so many days ago; unsent where nothing is said. */
  async function append(count: number, age: Readonly<{ writtenDays: number; sentDays?: number }>): Promise<void> {
    const events = Array.from({ length: count }, (_, index) => stationEvent('S1', `${age.writtenDays}-${index}`));
    await appendEvents(sqlExecutor(app), events);
    await owner.query(
      `UPDATE mes.outbox SET created_at = now() - make_interval(days => $1),
                             sent_at = now() - make_interval(days => $2::int)
        WHERE event_id = ANY ($3::uuid[])`,
      [age.writtenDays, age.sentDays ?? null, events.map(({ envelope }) => envelope.event_id)],
    );
  }

  async function counts() {
    const { rows } = await owner.query<{ outbox: number; archive: number }>(
      `SELECT (SELECT count(*)::int FROM mes.outbox) AS outbox, (SELECT count(*)::int FROM mes.outbox_archive) AS archive`,
    );
    return rows[0]!;
  }

  async function months(): Promise<string[]> {
    const { rows } = await owner.query<{ name: string }>(
      `SELECT relname AS name FROM pg_inherits JOIN pg_class ON oid = inhrelid
        WHERE inhparent = 'mes.outbox_archive'::regclass ORDER BY relname`,
    );
    return rows.map(({ name }) => name);
  }

  const tidyUp = (change: Partial<Retention> = {}) => keepHouse(session, change);

  it('takes what was sent more than seven days ago, as it was, and nothing else', async () => {
    await append(3, { writtenDays: 9, sentDays: 8 });
    await append(2, { writtenDays: 8, sentDays: 6 });
    await append(1, { writtenDays: 30 });
    const { rows: before } = await owner.query('SELECT * FROM mes.outbox ORDER BY id LIMIT 3');
    await tidyUp();
    expect(await counts()).toEqual({ outbox: 3, archive: 3 });
    expect((await owner.query('SELECT * FROM mes.outbox_archive ORDER BY id')).rows).toEqual(before);
  });

  it('is filled by the relay that works, in the background', async () => {
    await append(2_500, { writtenDays: 9, sentDays: 8 });
    relay = startRelay({
      relayUrl: database.relayUrl,
      namespace: 'mes',
      transport: { publish: async () => {} },
      logger: silentLogger,
    });
    await vi.waitFor(async () => expect(await counts()).toEqual({ outbox: 0, archive: 2_500 }), soon);
  });

  it('and the outbox have each event once between them, at every moment of the move', async () => {
    await append(6_000, { writtenDays: 9, sentDays: 8 });
    const seen = new Set<string>();
    let isMoving = true;
    const moved = tidyUp().finally(() => (isMoving = false));
    while (isMoving) {
      const { rows } = await owner.query<{ all: number; different: number }>(
        `SELECT count(*)::int AS "all", count(DISTINCT event_id)::int AS different
           FROM (SELECT event_id FROM mes.outbox UNION ALL SELECT event_id FROM mes.outbox_archive) event`,
      );
      seen.add(JSON.stringify(rows[0]));
    }
    await moved;
    expect([...seen]).toEqual(['{"all":6000,"different":6000}']);
    expect(await counts()).toEqual({ outbox: 0, archive: 6_000 });
  });

  it('makes the months that old events need, and drops whole months that are too old', async () => {
    await append(1, { writtenDays: 380, sentDays: 380 });
    await append(1, { writtenDays: 300, sentDays: 299 });
    await append(1, { writtenDays: 10, sentDays: 9 });
    await tidyUp();
    expect(await counts()).toEqual({ outbox: 0, archive: 3 });
    const oldest = new Date(Date.now() - 320 * 86_400_000).toISOString().slice(0, 7).replace('-', '');
    expect((await months())[0]! < `outbox_archive_p${oldest}`).toBe(true);
    await tidyUp({ archiveDays: 320 });
    expect(await counts()).toEqual({ outbox: 0, archive: 2 });
    expect((await months())[0]).toBe(`outbox_archive_p${oldest}`);
  });

  it('forgets what was sent so late that its month is gone already', async () => {
    await append(1, { writtenDays: 500, sentDays: 9 });
    await append(1, { writtenDays: 20, sentDays: 9 });
    await tidyUp();
    expect(await counts()).toEqual({ outbox: 0, archive: 1 });
  });

  it('shows each tenant and plant its own, and lets the runtime role change nothing', async () => {
    await append(1, { writtenDays: 9, sentDays: 8 });
    await tidyUp();
    const [stranger, elsewhere] = [poolOf('tenant-002', '*'), poolOf(testTenant, 'factory-bj-01')];
    for (const [pool, visible] of [
      [app, 1],
      [stranger, 0],
      [elsewhere, 0],
    ] as const) {
      expect((await pool.query('SELECT FROM outbox_archive')).rowCount).toBe(visible);
    }
    await expect(app.query('DELETE FROM outbox_archive')).rejects.toThrow('permission denied');
    await expect(app.query(`CALL keep_outbox_months(now(), now())`)).rejects.toThrow('permission denied');
    await expect(session.query('DELETE FROM outbox_archive')).rejects.toThrow('permission denied');
    const [month] = await months();
    await expect(app.query(`SELECT FROM mes.${month}`)).rejects.toThrow('permission denied');
    await Promise.all([stranger.end(), elsewhere.end()]);
  });

  it('waits with dropping a month while somebody reads it', async () => {
    await append(1, { writtenDays: 380, sentDays: 380 });
    await tidyUp();
    const reader = await owner.connect();
    await reader.query('BEGIN; SELECT FROM mes.outbox_archive');
    await tidyUp({ archiveDays: 300 });
    expect((await counts()).archive).toBe(1);
    await reader.query('COMMIT');
    reader.release();
    await tidyUp({ archiveDays: 300 });
    expect((await counts()).archive).toBe(0);
  });
});
