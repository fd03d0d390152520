import { randomUUID } from 'node:crypto';
import { foundationMigrations } from '@enghub/database/provision';
import { freshDatabase, type FreshDatabase } from '@enghub/testkit/postgres';
import { rabbitMqForTests } from '@enghub/testkit/rabbitmq';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectConsumer } from './consumers.ts';
import { openSession, type DatabaseSession } from './database-session.ts';
import {
  createEffectsTable,
  namesOf,
  openEffects,
  openTestPool,
  stationEvent,
  stationEvents,
  testFactory,
  testTenant,
  type Effects,
} from './effects-for-tests.ts';
import { keepHouse } from './housekeeping-for-tests.ts';
import { createInProcessTransport } from './in-process-transport.ts';
import { silentLogger } from './logger.ts';
import { messagingMigrations } from './migrations.ts';
import { appendEvents } from './outbox.ts';
import { connectRabbitMq } from './rabbitmq-transport.ts';
import { startRelay, type Relay } from './relay.ts';
import { replay, type ReplayRequest, type Replayed } from './replay.ts';
import { sqlExecutor } from './sql-executor.ts';
import type { OutboundEvent, Subscription, Transport } from './transport.ts';

const soon = { timeout: 30_000, interval: 30 };
const rabbit = await rabbitMqForTests();
const queues: string[] = [];

describe('replaying events to a consumer', () => {
  let database: FreshDatabase;
  let effects: Effects;
  let app: pg.Pool;
  let owner: pg.Pool;
  let session: DatabaseSession;
  let transport: Transport;
  let relay: Relay | undefined;

  beforeAll(async () => {
    database = await freshDatabase('qms', [foundationMigrations, messagingMigrations]);
    await createEffectsTable(database.ownerUrl, 'qms');
    effects = openEffects(database.appUrl);
    app = openTestPool({
      connectionString: database.appUrl,
      options: `-c app.tenant_id=${testTenant} -c app.factory_ids=${testFactory}`,
    });
    owner = openTestPool({ connectionString: database.ownerUrl });
    session = openSession({ url: database.relayUrl, name: 'replay test', namespace: 'qms', logger: silentLogger });
  });
  beforeEach(async () => {
    await owner.query(
      'TRUNCATE qms.outbox, qms.outbox_archive, qms.mailbox, qms.inbox, qms.consumers, qms.dead_letters',
    );
    transport = createInProcessTransport({ retryDelaysMs: [20, 40, 80] });
  });
  afterEach(async () => {
    await relay?.stop();
    relay = undefined;
    await transport.close();
  });
  afterAll(async () => {
    await session?.close();
    await effects?.close();
    await app?.end();
    await owner?.end();
    await database?.drop();
    await rabbit?.remove(queues);
  });

  function consumer(change: Partial<Subscription> = {}): Subscription {
    const queue = `qms.test-${randomUUID().slice(0, 8)}`;
    queues.push(queue);
    return {
      queue,
      routingKeys: [stationEvents],
      mailboxUrl: database.relayUrl,
      handle: (event) => effects.apply(queue, event),
      ...change,
    };
  }

  const append = (events: readonly OutboundEvent[]) => appendEvents(sqlExecutor(app), events);
  const series = (station: string, from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => stationEvent(station, String(from + index)));

  /** As if they had been written, sent and moved to the archive. */
  async function archive(events: readonly OutboundEvent[], at = new Date(Date.now() - 20 * 86_400_000)): Promise<void> {
    await append(events);
    await owner.query(`UPDATE qms.outbox SET created_at = $1, sent_at = $1 WHERE event_id = ANY ($2::uuid[])`, [
      at,
      events.map(({ envelope }) => envelope.event_id),
    ]);
    await keepHouse(session);
  }

  const startPublishing = () => {
    relay = startRelay({ relayUrl: database.relayUrl, namespace: 'qms', transport, logger: silentLogger });
    return relay;
  };

  const ask = (consumerName: string, change: Partial<ReplayRequest> = {}): ReplayRequest => ({
    consumer: consumerName,
    from: new Date('2020-01-01T00:00:00Z'),
    to: null,
    types: [],
    tenantId: null,
    factoryId: null,
    isDryRun: false,
    ...change,
  });
  const sources = () => [{ service: 'qms', session }];
  const run = (request: ReplayRequest) => replay(request, session, sources());

  function counted(done: Replayed): Record<string, number> {
    if (!done.ok) throw new Error(done.refusal);
    return Object.fromEntries(done.counts.map(({ outcome, events }) => [outcome, events]));
  }

  const expectApplied = (queue: string, names: readonly string[]) =>
    vi.waitFor(async () => expect(await effects.applied(queue)).toEqual(names), soon);
  const registered = (queue: string) =>
    vi.waitFor(
      async () => expect((await session.query('SELECT FROM consumers WHERE consumer = $1', [queue])).length).toBe(1),
      soon,
    );

  async function newConsumerGetsEverything(): Promise<void> {
    const past = series('S1', 0, 40);
    await archive(past.slice(0, 25));
    startPublishing();
    await append(past.slice(25));
    await vi.waitFor(async () => expect((await relay!.backlog()).events).toBe(0), soon);

    const late = consumer();
    await expectConsumer(session, late.queue);
    await transport.subscribe(late);
    await vi.waitFor(
      async () => expect(await run(ask(late.queue, { isDryRun: true }))).toMatchObject({ ok: true }),
      soon,
    );
    const live = series('S1', 40, 60);
    await append(live.slice(0, 10));
    relay!.wake();
    await vi.waitFor(async () => expect((await relay!.backlog()).events).toBe(0), soon);
    expect(await effects.applied(late.queue)).toEqual([]);

    const done = await run(ask(late.queue));
    expect(done).toMatchObject({ ok: true, isReleased: true, stillWaits: false });
    await append(live.slice(10));
    relay!.wake();
    await expectApplied(late.queue, namesOf([...past, ...live]));
    expect(counted(await run(ask(late.queue)))).toEqual({ APPLIED: 60 });
  }

  it('gives a new consumer all history once and in order, with what is published meanwhile behind it', () =>
    newConsumerGetsEverything());

  it.skipIf(!rabbit)('does so with RabbitMQ', async () => {
    await transport.close();
    transport = await connectRabbitMq({ url: rabbit!.url, prefix: rabbit!.prefix, retryDelaysMs: [20, 40, 80] });
    await newConsumerGetsEverything();
  });

  it('changes nothing for a consumer that has applied everything', async () => {
    const known = consumer();
    await transport.subscribe(known);
    const events = series('S1', 0, 10);
    startPublishing();
    await append(events);
    await expectApplied(known.queue, namesOf(events));
    expect(counted(await run(ask(known.queue)))).toEqual({ APPLIED: 10 });
    expect((await owner.query('SELECT FROM qms.mailbox')).rowCount).toBe(0);
    const more = series('S1', 10, 12);
    await append(more);
    relay!.wake();
    await expectApplied(known.queue, namesOf([...events, ...more]));
  });

  it('counts only, when asked to', async () => {
    const known = consumer();
    await transport.subscribe(known);
    await registered(known.queue);
    await archive(series('S1', 0, 3));
    expect(counted(await run(ask(known.queue, { isDryRun: true })))).toEqual({ PUT: 3 });
    expect(await effects.applied(known.queue)).toEqual([]);
    expect((await owner.query('SELECT FROM qms.mailbox')).rowCount).toBe(0);
  });

  it('takes the first instant of the interval and not the last one', async () => {
    const known = consumer();
    await transport.subscribe(known);
    await registered(known.queue);
    const [from, to] = [new Date('2026-10-01T06:00:00Z'), new Date('2026-10-01T14:00:00Z')];
    const [before, first, last, end] = series('S1', 0, 4);
    await archive([before!], new Date(from.getTime() - 1));
    await archive([first!], from);
    await archive([last!], new Date(to.getTime() - 1));
    await archive([end!], to);
    await run(ask(known.queue, { from, to }));
    await expectApplied(known.queue, namesOf([first!, last!]));
  });

  it('takes what the consumer hears, of the types, the tenant and the plant that were asked for', async () => {
    const known = consumer();
    await transport.subscribe(known);
    await registered(known.queue);
    const [event] = series('S1', 0, 1);
    await archive([event!, { ...series('S1', 1, 2)[0]!, routingKey: 'mes.nobody.listens.v1' }]);
    for (const nothing of [{ tenantId: 'tenant-002' }, { factoryId: 'factory-bj-01' }, { types: ['LotCreated'] }]) {
      expect(counted(await run(ask(known.queue, nothing)))).toEqual({});
    }
    const all = { tenantId: testTenant, factoryId: testFactory, types: ['StationDefined'] };
    expect(counted(await run(ask(known.queue, all)))).toEqual({ PUT: 1 });
    await expectApplied(known.queue, namesOf([event!]));
  });

  it('goes on where it was interrupted, and the order holds', async () => {
    const late = consumer();
    await expectConsumer(session, late.queue);
    await transport.subscribe(late);
    await vi.waitFor(async () => expect((await run(ask(late.queue, { isDryRun: true }))).ok).toBe(true), soon);
    const past = series('S1', 0, 30);
    await archive(past);
    let batches = 0;
    const onBatch = async () => {
      batches += 1;
      if (batches === 2) throw new Error('somebody pulled the plug');
    };
    await expect(replay(ask(late.queue), session, sources(), { batchSize: 7, onBatch })).rejects.toThrow('plug');
    expect((await owner.query('SELECT FROM qms.mailbox')).rowCount).toBe(14);
    expect(await run(ask(late.queue))).toMatchObject({ isReleased: true });
    await expectApplied(late.queue, namesOf(past));
  });

  it('has live events of an aggregate line up behind its history, of a consumer that works', async () => {
    let isOpen = false;
    const name = `qms.test-${randomUUID().slice(0, 8)}`;
    const slow = consumer({
      queue: name,
      async handle(event) {
        if (!isOpen) throw new Error('not yet');
        await effects.apply(name, event);
      },
    });
    const past = series('S1', 0, 20);
    await archive(past);
    await transport.subscribe(slow);
    await registered(slow.queue);
    startPublishing();
    // It is put off with the first letter, so that the live ones arrive while history waits.
    await run(ask(slow.queue));
    const live = series('S1', 20, 30);
    isOpen = true;
    await append(live);
    relay!.wake();
    await expectApplied(slow.queue, namesOf([...past, ...live]));
  });

  it('leaves dead letters and what was discarded to the administrators', async () => {
    const known = consumer();
    await transport.subscribe(known);
    await registered(known.queue);
    const [dead, discarded, fine] = series('S1', 0, 3);
    await archive([dead!, discarded!, fine!]);
    for (const [event, state] of [
      [dead!, 'DEAD'],
      [discarded!, 'DISCARDED'],
    ] as const) {
      await owner.query(
        `INSERT INTO qms.dead_letters (id, consumer, event_id, tenant_id, routing_key, aggregate_id, envelope, attempts, last_error, state)
         VALUES (gen_random_uuid(), $1, $2, $3, $4, 'S1', $5, 1, 'failed', $6)`,
        [known.queue, event.envelope.event_id, testTenant, stationEvents, JSON.stringify(event.envelope), state],
      );
    }
    expect(counted(await run(ask(known.queue)))).toEqual({ DEAD_LETTER: 1, DISCARDED: 1, PUT: 1 });
    await expectApplied(known.queue, namesOf([fine!]));
  });

  it('leaves out what is older than the consumer remembers, lest it counts twice', async () => {
    const known = consumer();
    await transport.subscribe(known);
    await registered(known.queue);
    const [old, young] = series('S1', 0, 2);
    await archive([old!], new Date('2026-09-01T00:00:00Z'));
    await archive([young!], new Date('2026-10-01T00:00:00Z'));
    await owner.query(`UPDATE qms.consumers SET knows_since = '2026-09-15T00:00:00Z'`);
    expect(counted(await run(ask(known.queue)))).toEqual({ FORGOTTEN: 1, PUT: 1 });
    await expectApplied(known.queue, namesOf([young!]));
  });

  it('refuses an unknown consumer, one that never started, and an interval of nothing', async () => {
    const at = new Date('2026-10-01T00:00:00Z');
    await expectConsumer(session, 'qms.announced');
    expect(await run(ask('qms.nobody'))).toEqual({ ok: false, refusal: 'UNKNOWN_CONSUMER' });
    expect(await run(ask('qms.announced'))).toEqual({ ok: false, refusal: 'NOT_STARTED' });
    expect(await run(ask('qms.nobody', { from: at, to: at }))).toEqual({ ok: false, refusal: 'EMPTY_INTERVAL' });
  });

  it('still lets a new consumer wait when it was given a part only', async () => {
    const late = consumer();
    await expectConsumer(session, late.queue);
    await transport.subscribe(late);
    await vi.waitFor(async () => expect((await run(ask(late.queue, { isDryRun: true }))).ok).toBe(true), soon);
    await archive(series('S1', 0, 2));
    const before = { to: new Date(Date.now() - 86_400_000) };
    for (const part of [{ tenantId: testTenant }, { types: ['StationDefined'] }, before]) {
      expect(await run(ask(late.queue, part))).toMatchObject({ isReleased: false, stillWaits: true });
    }
    expect(await effects.applied(late.queue)).toEqual([]);
  });
});
