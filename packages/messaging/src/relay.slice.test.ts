import { foundationMigrations } from '@enghub/database/provision';
import { freshDatabase, type FreshDatabase } from '@enghub/testkit/postgres';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { namesOf, openTestPool, stationEvent, testFactory, testTenant } from './effects-for-tests.ts';
import { silentLogger } from './logger.ts';
import { messagingMigrations } from './migrations.ts';
import { appendEvents } from './outbox.ts';
import { startRelay, type Relay, type RelayOptions } from './relay.ts';
import { sqlExecutor } from './sql-executor.ts';
import type { OutboundEvent } from './transport.ts';

const soon = { timeout: 20_000, interval: 10 };

describe('the outbox relay', () => {
  let database: FreshDatabase;
  let app: pg.Pool;
  let owner: pg.Pool;
  let relays: Relay[] = [];
  let sent: OutboundEvent[] = [];
  let isBrokerUp = true;
  let refusals = 0;

  const transport = {
    async publish(events: readonly OutboundEvent[]) {
      if (!isBrokerUp) refusals += 1;
      if (!isBrokerUp) throw new Error('the broker is not reachable');
      sent.push(...events);
    },
  };

  beforeAll(async () => {
    database = await freshDatabase('mes', [foundationMigrations, messagingMigrations]);
    app = openTestPool({
      connectionString: database.appUrl,
      options: `-c app.tenant_id=${testTenant} -c app.factory_ids=${testFactory}`,
    });
    owner = openTestPool({ connectionString: database.ownerUrl });
  });
  beforeEach(async () => {
    sent = [];
    isBrokerUp = true;
    refusals = 0;
    await owner.query('TRUNCATE mes.outbox');
  });
  afterEach(async () => {
    await Promise.all(relays.map((relay) => relay.stop()));
    relays = [];
  });
  afterAll(async () => {
    await app?.end();
    await owner?.end();
    await database?.drop();
  });

  function start(change: Partial<RelayOptions> = {}): Relay {
    const relay = startRelay({
      relayUrl: database.relayUrl,
      namespace: 'mes',
      transport,
      logger: silentLogger,
      ...change,
    });
    relays.push(relay);
    return relay;
  }

  async function append(...events: OutboundEvent[]): Promise<void> {
    await appendEvents(sqlExecutor(app), events);
  }

  const manyEvents = (count: number) =>
    Array.from({ length: count }, (_, index) => stationEvent(`S${index % 5}`, `${index}`));

  const expectSent = (events: readonly OutboundEvent[]) =>
    vi.waitFor(() => expect(namesOf(sent)).toEqual(namesOf(events)), soon);

  /** As a crash of the relay's process looks to PostgreSQL. */
  async function killRelayConnections(): Promise<number> {
    const { rowCount } = await owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE usename = 'mes_relay' AND datname = current_database()`,
    );
    return rowCount ?? 0;
  }

  it('sends what was committed, in order and as it was written, and marks it sent', async () => {
    const relay = start();
    const events = manyEvents(1_200);
    await append(...events);
    relay.wake();
    await expectSent(events);
    expect(sent[0]).toEqual(events[0]);
    await vi.waitFor(async () => expect(await relay.backlog()).toEqual({ events: 0, oldestSeconds: 0 }), soon);
    const { rows } = await owner.query('SELECT count(*)::integer AS kept FROM mes.outbox WHERE sent_at IS NOT NULL');
    expect(rows).toEqual([{ kept: 1_200 }]);
  });

  it('sends nothing of a transaction that was rolled back', async () => {
    const relay = start();
    const client = await app.connect();
    await client.query('BEGIN');
    await appendEvents(sqlExecutor(client), [stationEvent('S1', 'never')]);
    await client.query('ROLLBACK');
    client.release();
    const event = stationEvent('S1', 'committed');
    await append(event);
    relay.wake();
    await expectSent([event]);
  });

  it('sends an event that was committed after a later one', async () => {
    const relay = start();
    const slow = await app.connect();
    await slow.query('BEGIN');
    const early = stationEvent('S1', 'early number, late commit');
    await appendEvents(sqlExecutor(slow), [early]);
    const late = stationEvent('S2', 'late number, early commit');
    await append(late);
    relay.wake();
    await expectSent([late]);
    await slow.query('COMMIT');
    slow.release();
    relay.wake();
    await expectSent([late, early]);
  });

  it('finds what was committed though nobody woke it', async () => {
    const relay = start();
    await vi.waitFor(() => expect(relay.isActive()).toBe(true), soon);
    const event = stationEvent('S1', 'a');
    await append(event);
    await expectSent([event]);
  });

  it('keeps everything while the broker is away, says how much, and sends it afterwards', async () => {
    isBrokerUp = false;
    const relay = start();
    const events = manyEvents(700);
    await append(...events);
    relay.wake();
    await vi.waitFor(() => expect(refusals).toBeGreaterThanOrEqual(2), soon);
    expect((await relay.backlog()).events).toBe(700);
    expect((await relay.backlog()).oldestSeconds).toBeGreaterThan(0);
    isBrokerUp = true;
    await expectSent(events);
  });

  it('works alone among several, and another takes over when it stops', async () => {
    const [first, second] = [start(), start()];
    await vi.waitFor(() => expect([first.isActive(), second.isActive()].sort()).toEqual([false, true]), soon);
    const [active, standby] = first.isActive() ? [first, second] : [second, first];
    const events = manyEvents(4);
    await append(...events.slice(0, 2));
    // The process that commits need not be the one that relays.
    standby.wake();
    await expectSent(events.slice(0, 2));
    await active.stop();
    await append(...events.slice(2));
    await expectSent(events);
    expect(standby.isActive()).toBe(true);
  });

  it('goes on after its connection was killed, again and again', async () => {
    const relay = start();
    const events = manyEvents(600);
    let killed = 0;
    for (let from = 0; from < events.length; from += 100) {
      await append(...events.slice(from, from + 100));
      relay.wake();
      killed += await killRelayConnections();
    }
    await vi.waitFor(async () => expect(new Set(namesOf(sent))).toEqual(new Set(namesOf(events))), soon);
    await vi.waitFor(async () => expect((await relay.backlog()).events).toBe(0), soon);
    expect(killed).toBeGreaterThan(0);
    for (let station = 0; station < 5; station += 1) {
      const own = (name: string) => name.startsWith(`S${station}/`);
      expect([...new Set(namesOf(sent).filter(own))]).toEqual(namesOf(events).filter(own));
    }
  });

  it('sends again what the broker may or may not have taken', async () => {
    const events = manyEvents(3);
    let isFirst = true;
    const relay = start({
      transport: {
        async publish(batch) {
          await transport.publish(batch);
          if (!isFirst) return;
          isFirst = false;
          throw new Error('the connection closed before the confirm');
        },
      },
    });
    await append(...events);
    relay.wake();
    await vi.waitFor(() => expect(namesOf(sent)).toEqual([...namesOf(events), ...namesOf(events)]), soon);
    await vi.waitFor(async () => expect((await relay.backlog()).events).toBe(0), soon);
  });

  it('sends what is left when it stops', async () => {
    const relay = start();
    await vi.waitFor(() => expect(relay.isActive()).toBe(true), soon);
    const events = manyEvents(800);
    await append(...events);
    await relay.stop();
    expect(namesOf(sent)).toEqual(namesOf(events));
  });

  it('stops in time though the broker never answers', async () => {
    const relay = start({ transport: { publish: () => new Promise(() => {}) } });
    await append(stationEvent('S1', 'a'));
    relay.wake();
    await relay.stop(100);
    expect(relay.isActive()).toBe(false);
  });

  it('tells a listener what left, and survives its errors', async () => {
    const heard: string[] = [];
    const relay = start({
      onRelayed: (events) => {
        heard.push(...namesOf(events));
        throw new Error('nobody home');
      },
    });
    await append(stationEvent('S1', 'a'));
    relay.wake();
    await vi.waitFor(() => expect(heard).toEqual(['S1/a']), soon);
    await append(stationEvent('S1', 'b'));
    relay.wake();
    await vi.waitFor(() => expect(heard).toEqual(['S1/a', 'S1/b']), soon);
  });

  it('is the only one that sees the outbox of every tenant', async () => {
    await append(stationEvent('S1', 'a'));
    const stranger = openTestPool({
      connectionString: database.appUrl,
      options: `-c app.tenant_id=tenant-002 -c app.factory_ids=*`,
    });
    expect((await stranger.query('SELECT FROM outbox')).rowCount).toBe(0);
    await expect(appendEvents(sqlExecutor(stranger), [stationEvent('S1', 'forged')])).rejects.toThrow(
      'row-level security',
    );
    await stranger.end();
    const elsewhere = openTestPool({
      connectionString: database.appUrl,
      options: `-c app.tenant_id=${testTenant} -c app.factory_ids=factory-bj-01`,
    });
    expect((await elsewhere.query('SELECT FROM outbox')).rowCount).toBe(0);
    await elsewhere.end();
    expect((await app.query('SELECT FROM outbox')).rowCount).toBe(1);
  });
});
