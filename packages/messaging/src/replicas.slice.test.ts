/** Two relays of one outbox and two replicas of one consumer, ended without a word and replaced by turns under a stream. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { foundationMigrations } from '@enghub/database/provision';
import { freshDatabase, type FreshDatabase } from '@enghub/testkit/postgres';
import { rabbitMqForTests, type TestRabbitMq } from '@enghub/testkit/rabbitmq';
import { connect } from 'amqplib';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createEffectsTable,
  namesOf,
  openEffects,
  openTestPool,
  stationEvent,
  testFactory,
  testTenant,
  type Effects,
} from './effects-for-tests.ts';
import { messagingMigrations } from './migrations.ts';
import { appendEvents } from './outbox.ts';
import { startReplica, type Replica } from './replica-process.ts';
import { sqlExecutor } from './sql-executor.ts';
import { startTcpProxy } from './tcp-proxy-for-tests.ts';
import type { OutboundEvent } from './transport.ts';

type Role = 'relay' | 'consumer' | 'relay,consumer';

const within = { timeout: 60_000, interval: 100 };
const aggregates = 30;
const rounds = 2;
const rabbit = await rabbitMqForTests();

let database: FreshDatabase;
let app: pg.Pool;
let owner: pg.Pool;
let effects: Effects;
let queue: string;
let everybody: Replica[] = [];

beforeEach(async () => {
  database = await freshDatabase('qms', [foundationMigrations, messagingMigrations]);
  await createEffectsTable(database.ownerUrl, 'qms');
  app = openTestPool({
    connectionString: database.appUrl,
    options: `-c app.tenant_id=${testTenant} -c app.factory_ids=${testFactory}`,
  });
  owner = openTestPool({ connectionString: database.ownerUrl });
  effects = openEffects(database.appUrl);
  queue = `qms.test-${randomUUID().slice(0, 8)}`;
  everybody = [];
});
afterEach(async () => {
  await Promise.all(everybody.map((replica) => replica.kill()));
  await Promise.all([app.end(), owner.end(), effects.close()]);
  await database.drop();
});

async function start(role: Role, environment: Readonly<Record<string, string>>): Promise<Replica> {
  const { appUrl: APP_URL, relayUrl: RELAY_URL } = database;
  const replica = await startReplica({ ...environment, APP_URL, RELAY_URL, QUEUE: queue, ROLES: role });
  everybody.push(replica);
  return replica;
}

/** Two processes of a role; the one at work can be ended, and the other one finds a new companion. */
async function startPair(role: Role, environment: Readonly<Record<string, string>>) {
  const pair = await Promise.all([start(role, environment), start(role, environment)]);
  const atWork = () => pair.reduce((one, other) => (other.workedAt() > one.workedAt() ? other : one));
  return {
    async replaceTheOneAtWork(): Promise<void> {
      const ending = atWork();
      const place = pair.indexOf(ending);
      await ending.kill();
      const endedAt = Date.now();
      await vi.waitFor(() => expect(pair[1 - place]!.workedAt()).toBeGreaterThan(endedAt), within);
      pair[place] = await start(role, environment);
    },
  };
}

/** Writes to the outbox, a few events at a time, until it is stopped. */
function startStream() {
  const events: OutboundEvent[] = [];
  let stopping = false;
  const writing = (async () => {
    while (!stopping) {
      const some = Array.from({ length: 10 }, (_, at) => events.length + at).map((number) =>
        stationEvent(`S${number % aggregates}`, String(number)),
      );
      await appendEvents(sqlExecutor(app), some);
      events.push(...some);
      // As the processes of the writers do, so that every relay looks at once.
      await app.query('NOTIFY enghub_outbox_qms');
      await sleep(40);
    }
  })();
  return {
    async stop(): Promise<readonly OutboundEvent[]> {
      stopping = true;
      await writing;
      return events;
    },
  };
}

/** As a network that drops every connection of the relays and the mailboxes to their database. */
const cutFromDatabase = () =>
  owner.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE usename = 'qms_relay' AND datname = current_database()`,
  );

async function left(): Promise<Record<string, number>> {
  const { rows } = await owner.query<Record<string, number>>(
    `SELECT (SELECT count(*)::integer FROM qms.outbox WHERE sent_at IS NULL) AS unsent,
            (SELECT count(*)::integer FROM qms.mailbox) AS letters,
            (SELECT count(*)::integer FROM qms.dead_letters) AS dead`,
  );
  return rows[0]!;
}

async function expectOnceAndInOrder(events: readonly OutboundEvent[]): Promise<void> {
  await vi.waitFor(async () => {
    expect((await effects.applied(queue)).length).toBeGreaterThanOrEqual(events.length);
    expect(await left()).toEqual({ unsent: 0, letters: 0, dead: 0 });
  }, within);
  const applied = await effects.applied(queue);
  for (let station = 0; station < aggregates; station += 1) {
    const own = (name: string) => name.startsWith(`S${station}/`);
    expect(applied.filter(own)).toEqual(namesOf(events).filter(own));
  }
  expect(applied).toHaveLength(events.length);
  // Whoever is ended leaves its work to be done once more, and nothing but that is done twice.
  const sum = (count: (replica: Replica) => number) => everybody.reduce((all, replica) => all + count(replica), 0);
  expect(sum((replica) => replica.published())).toBeLessThan(events.length * 1.4);
  expect(sum((replica) => replica.handled())).toBeLessThan(events.length * 1.4);
}

describe('two replicas of each, ended and replaced by turns', () => {
  it('apply everything once and in order, in processes that share nothing but a database', async () => {
    const both = await startPair('relay,consumer', {});
    const stream = startStream();
    for (let round = 0; round < rounds; round += 1) {
      await both.replaceTheOneAtWork();
      await cutFromDatabase();
      await sleep(500);
    }
    await expectOnceAndInOrder(await stream.stop());
  }, 180_000);

  // Where no broker answers, rabbitMqForTests() has said so loudly.
  it.runIf(rabbit)('apply everything once and in order, over RabbitMQ', () => overRabbit(rabbit!), 180_000);
});

async function overRabbit({ url, prefix, remove }: TestRabbitMq): Promise<void> {
  const proxy = await startTcpProxy(url);
  try {
    const environment = { BROKER_URL: proxy.url, PREFIX: prefix };
    const consumers = await startPair('consumer', environment);
    const relays = await startPair('relay', environment);
    const stream = startStream();
    for (let round = 0; round < rounds; round += 1) {
      await relays.replaceTheOneAtWork();
      proxy.cut();
      await consumers.replaceTheOneAtWork();
      await cutFromDatabase();
      await sleep(500);
    }
    const events = await stream.stop();
    expect(proxy.cuts()).toBe(rounds);
    await expectOnceAndInOrder(events);
    expect(await queued(url, [`${prefix}${queue}`, `${prefix}${queue}.dead`])).toEqual([0, 0]);
  } finally {
    await proxy.close();
    await remove([queue]);
  }
}

async function queued(url: string, queues: readonly string[]): Promise<number[]> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    const counts: number[] = [];
    for (const name of queues) counts.push((await channel.checkQueue(name)).messageCount);
    return counts;
  } finally {
    await connection.close();
  }
}
