import { randomUUID } from 'node:crypto';
import { foundationMigrations } from '@enghub/database/provision';
import { freshDatabase, type FreshDatabase } from '@enghub/testkit/postgres';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registerConsumer } from './consumers.ts';
import { openSession, type DatabaseSession } from './database-session.ts';
import { openTestPool, testTenant } from './effects-for-tests.ts';
import { keepHouse } from './housekeeping-for-tests.ts';
import { silentLogger } from './logger.ts';
import { messagingMigrations } from './migrations.ts';
import type { Retention } from './retention.ts';

/** The month that holds the day 400 days ago is the oldest one of the archive. */
const archived = 400;
const older = archived + 32;

describe('what is too old', () => {
  let database: FreshDatabase;
  let owner: pg.Pool;
  let session: DatabaseSession;

  beforeAll(async () => {
    database = await freshDatabase('qms', [foundationMigrations, messagingMigrations]);
    owner = openTestPool({ connectionString: database.ownerUrl });
    session = openSession({ url: database.relayUrl, name: 'forgetting test', namespace: 'qms', logger: silentLogger });
  });
  beforeEach(async () => {
    await owner.query('TRUNCATE qms.inbox, qms.requests, qms.consumers');
    for (const consumer of ['qms.old', 'qms.young']) await registerConsumer(session, consumer, ['mes.#']);
  });
  afterAll(async () => {
    await session?.close();
    await owner?.end();
    await database?.drop();
  });

  const applied = (consumer: string, count: number, daysAgo: number) =>
    owner.query(
      `INSERT INTO qms.inbox (consumer, event_id, tenant_id, processed_at)
       SELECT $1, gen_random_uuid(), 'tenant-' || n % 3, now() - make_interval(days => $3) FROM generate_series(1, $2) n`,
      [consumer, count, daysAgo],
    );
  const requested = (requestId: string, daysAgo: number) =>
    owner.query(
      `INSERT INTO qms.requests (tenant_id, request_id, command, body_hash, answer, created_at)
       VALUES ($1, $2, 'report', '', '{}', now() - make_interval(days => $3))`,
      [testTenant, requestId, daysAgo],
    );

  const tidyUp = (change: Partial<Retention> = {}) => keepHouse(session, change);

  async function known(): Promise<Record<string, number>> {
    const { rows } = await owner.query<{ consumer: string; events: number }>(
      'SELECT consumer, count(*)::int AS events FROM qms.inbox GROUP BY 1',
    );
    return Object.fromEntries(rows.map(({ consumer, events }) => [consumer, events]));
  }

  /** Whether the consumer still says of events of that age which of them it applied. */
  async function speaksOf(consumer: string, daysAgo: number): Promise<boolean> {
    const { rows } = await owner.query<{ speaks: boolean }>(
      `SELECT knows_since <= now() - make_interval(days => $2) AS speaks FROM qms.consumers WHERE consumer = $1`,
      [consumer, daysAgo],
    );
    return rows[0]!.speaks;
  }

  it('a consumer forgets with the archive, of all tenants, and what can still be replayed it knows', async () => {
    await applied('qms.old', 2_500, older);
    await applied('qms.old', 3, archived);
    await applied('qms.young', 4, 10);
    await tidyUp();
    expect(await known()).toEqual({ 'qms.old': 3, 'qms.young': 4 });
  });

  it('remembers what it has forgotten, so that a replay counts nothing twice', async () => {
    await applied('qms.old', 1, older);
    await applied('qms.young', 1, 10);
    await tidyUp();
    expect(await speaksOf('qms.old', older)).toBe(false);
    expect(await speaksOf('qms.old', archived)).toBe(true);
    expect(await speaksOf('qms.young', older)).toBe(true);
  });

  it('does not know again what it forgot, when more is to be kept later', async () => {
    await applied('qms.old', 1, 200);
    await tidyUp({ archiveDays: 100 });
    await applied('qms.old', 1, older);
    await tidyUp();
    expect(await known()).toEqual({});
    expect(await speaksOf('qms.old', 200)).toBe(false);
  });

  it('a request id is known for as long as the setting says, and then is a new one', async () => {
    const [old, young] = [randomUUID(), randomUUID()];
    await requested(old, 91);
    await requested(young, 89);
    await tidyUp({ requestDays: 90 });
    const { rows } = await owner.query<{ request_id: string }>('SELECT request_id FROM qms.requests');
    expect(rows).toEqual([{ request_id: young }]);
  });

  it('is all that the relay may do to requests and the inbox: it writes neither', async () => {
    await expect(session.query(`UPDATE requests SET answer = NULL`)).rejects.toThrow('permission denied');
    await expect(session.query(`INSERT INTO inbox VALUES ('a', gen_random_uuid(), 'b')`)).rejects.toThrow(
      'permission denied',
    );
  });
});
