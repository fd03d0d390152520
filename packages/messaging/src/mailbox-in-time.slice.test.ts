import { foundationMigrations } from '@enghub/database/provision';
import { freshDatabase, type FreshDatabase } from '@enghub/testkit/postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSession, type DatabaseSession } from './database-session.ts';
import { nameOf, stationEvent } from './effects-for-tests.ts';
import { silentLogger } from './logger.ts';
import { openMailbox, post } from './mailbox.ts';
import { messagingMigrations } from './migrations.ts';

describe('a mailbox in PostgreSQL, as time goes by,', () => {
  let database: FreshDatabase;
  let session: DatabaseSession;

  beforeAll(async () => {
    database = await freshDatabase('qms', [foundationMigrations, messagingMigrations]);
    session = openSession({ url: database.relayUrl, name: 'mailbox', logger: silentLogger });
  });
  afterAll(async () => {
    await session?.close();
    await database?.drop();
  });

  it('gives out nothing behind a letter that waits, though its time comes while a long line is read', async () => {
    const mailbox = openMailbox(session, 'qms.test');
    const events = Array.from({ length: 3_000 }, (_, index) => stationEvent('S1', String(index)));
    await post(
      session,
      events.map((event) => ({ consumer: 'qms.test', event })),
    );
    const [first] = await mailbox.collect([], 1);
    let early = 0;
    for (let attempts = 0; attempts < 40; attempts += 1) {
      await mailbox.postpone(first!, { attempts: attempts + 1, delayMs: 2, error: 'the machine is busy' });
      let letters = await mailbox.collect([], 200);
      for (; letters.length === 0; letters = await mailbox.collect([], 200)) early += 1;
      expect(letters.slice(0, 2).map(({ envelope }) => nameOf(envelope))).toEqual(['S1/0', 'S1/1']);
    }
    // Otherwise it was never read while the first letter waited.
    expect(early).toBeGreaterThan(0);
  });
});
