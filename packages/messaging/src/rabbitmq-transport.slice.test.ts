import { randomUUID } from 'node:crypto';
import { foundationMigrations } from '@enghub/database/provision';
import { freshDatabase } from '@enghub/testkit/postgres';
import { rabbitMqForTests } from '@enghub/testkit/rabbitmq';
import { connect, type GetMessage } from 'amqplib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDeadLetters } from './dead-letters-for-tests.ts';
import {
  createEffectsTable,
  namesOf,
  openEffects,
  openTestPool,
  stationEvent,
  stationEvents,
  testFactory,
  testTenant,
} from './effects-for-tests.ts';
import { messagingMigrations } from './migrations.ts';
import { appendEvents } from './outbox.ts';
import { connectRabbitMq } from './rabbitmq-transport.ts';
import { startRelay } from './relay.ts';
import { sqlExecutor } from './sql-executor.ts';
import { silentLogger } from './logger.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy-for-tests.ts';
import { describeTransport } from './transport-contract.ts';
import type { TransportBench } from './transport-stage-for-tests.ts';
import type { Subscription, Transport } from './transport.ts';

const retryDelaysMs = [40, 80, 160];
const soon = { timeout: 40_000, interval: 20 };
const rabbit = await rabbitMqForTests();

async function openBench({ url, prefix, remove }: NonNullable<typeof rabbit>): Promise<TransportBench> {
  const database = await freshDatabase('qms', [foundationMigrations, messagingMigrations]);
  await createEffectsTable(database.ownerUrl, 'qms');
  const effects = openEffects(database.appUrl);
  const deadLetters = openDeadLetters(database);
  const queues: string[] = [];
  return {
    open: () => connectRabbitMq({ url, prefix, retryDelaysMs }),
    effects,
    mailboxUrl: database.relayUrl,
    deadLetters,
    environment: {
      APP_URL: database.appUrl,
      MAILBOX_URL: database.relayUrl,
      BROKER_URL: url,
      PREFIX: prefix,
      RETRY_DELAYS: JSON.stringify(retryDelaysMs),
    },
    uses: (queue) => queues.push(queue),
    async close() {
      await effects.close();
      await deadLetters.close();
      await database.drop();
      await remove(queues);
    },
  };
}

/** What is in a queue; it stays there. */
async function peek(url: string, queue: string): Promise<GetMessage[]> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    const messages: GetMessage[] = [];
    for (;;) {
      const message = await channel.get(queue);
      if (!message) break;
      messages.push(message);
    }
    await channel.close();
    return messages;
  } finally {
    await connection.close();
  }
}

// Where no broker answers, rabbitMqForTests() has said so loudly.
if (rabbit) {
  describeTransport('the RabbitMQ transport', () => openBench(rabbit));
  describe('the RabbitMQ transport when things break', () => whenThingsBreak(rabbit));
}

function whenThingsBreak(broker: NonNullable<typeof rabbit>): void {
  let bench: TransportBench;
  let proxy: TcpProxy;
  let opened: Transport[] = [];

  beforeAll(async () => {
    bench = await openBench(broker);
    proxy = await startTcpProxy(broker.url);
  });
  afterEach(async () => {
    proxy.restore();
    await Promise.all(opened.map((transport) => transport.close()));
    opened = [];
  });
  afterAll(async () => {
    await proxy?.close();
    await bench?.close();
  });

  async function open(url: string): Promise<Transport> {
    const transport = await connectRabbitMq({ url, prefix: broker.prefix, retryDelaysMs });
    opened.push(transport);
    return transport;
  }

  function consumer(change: Partial<Subscription> = {}): Subscription {
    const queue = `qms.test-${randomUUID().slice(0, 8)}`;
    bench.uses(queue);
    return {
      queue,
      routingKeys: [stationEvents],
      mailboxUrl: bench.mailboxUrl,
      handle: (event) => bench.effects.apply(queue, event),
      ...change,
    };
  }

  async function expectApplied(queue: string, names: readonly string[]): Promise<void> {
    await vi.waitFor(
      async () => expect([...(await bench.effects.applied(queue))].sort()).toEqual([...names].sort()),
      soon,
    );
  }

  it('loses and doubles nothing though the connection is cut again and again while the outbox is relayed', async () => {
    const database = await freshDatabase('mes', [foundationMigrations, messagingMigrations]);
    const app = openTestPool({
      connectionString: database.appUrl,
      options: `-c app.tenant_id=${testTenant} -c app.factory_ids=${testFactory}`,
    });
    const transport = await open(proxy.url);
    const steady = consumer();
    let handled = 0;
    const subscription: Subscription = {
      ...steady,
      handle: async (event) => {
        await steady.handle(event);
        handled += 1;
        if (handled % 400 === 0) proxy.cut();
      },
    };
    await transport.subscribe(subscription);
    let published = 0;
    const relay = startRelay({
      relayUrl: database.relayUrl,
      namespace: 'mes',
      logger: silentLogger,
      transport: {
        publish(events) {
          const outcome = transport.publish(events);
          published += 1;
          if (published % 2 === 0 && published < 10) proxy.cut();
          return outcome;
        },
      },
    });

    const events = Array.from({ length: 2_000 }, (_, index) => stationEvent(`S${index % 20}`, `${index}`));
    for (let from = 0; from < events.length; from += 100) {
      await appendEvents(sqlExecutor(app), events.slice(from, from + 100));
      relay.wake();
    }
    await expectApplied(subscription.queue, namesOf(events));
    expect(proxy.cuts()).toBeGreaterThanOrEqual(5);
    // What was confirmed over a line that broke is sent once more before it is marked.
    await vi.waitFor(async () => expect((await relay.backlog()).events).toBe(0), { timeout: 30_000, interval: 100 });
    const applied = await bench.effects.applied(subscription.queue);
    for (let station = 0; station < 20; station += 1) {
      const own = (name: string) => name.startsWith(`S${station}/`);
      expect(applied.filter(own)).toEqual(namesOf(events).filter(own));
    }
    await relay.stop();
    await app.end();
    await database.drop();
  });

  it('starts without a broker, refuses to publish at once, and works when the broker comes', async () => {
    proxy.refuse();
    const transport = await open(proxy.url);
    const subscription = consumer();
    await transport.subscribe(subscription);
    expect(transport.isReady()).toBe(false);
    const event = stationEvent('S1', 'a');
    await expect(transport.publish([event])).rejects.toThrow('the broker is not reachable');

    proxy.restore();
    await vi.waitFor(() => expect(transport.isReady()).toBe(true), soon);
    await transport.publish([event]);
    await expectApplied(subscription.queue, namesOf([event]));
  });

  it('moves what is no event at all to the dead letters and goes on', async () => {
    const transport = await open(broker.url);
    const subscription = consumer();
    await transport.subscribe(subscription);
    const connection = await connect(broker.url);
    const channel = await connection.createConfirmChannel();
    for (const garbage of ['{"no": "end"', '', 'null', '[1]']) {
      channel.publish(`${broker.prefix}enghub.events`, stationEvents, Buffer.from(garbage));
    }
    await channel.waitForConfirms();
    await connection.close();

    const event = stationEvent('S1', 'a');
    await transport.publish([event]);
    await expectApplied(subscription.queue, namesOf([event]));
    await vi.waitFor(async () => expect(await bench.deadLetters.of(subscription.queue)).toHaveLength(4), soon);
    expect(transport.counts()).toMatchObject({ retried: 0, deadLettered: 4 });
  });

  it('keeps an event that nobody subscribed to where it can be looked at', async () => {
    const transport = await open(broker.url);
    const { aggregateId, envelope } = stationEvent('S1', 'unwanted');
    await transport.publish([{ routingKey: 'mes.nobody.listens.v1', aggregateId, envelope }]);
    const kept = await peek(broker.url, `${broker.prefix}enghub.unrouted`);
    expect(kept.map((message) => message.properties.messageId)).toContain(envelope.event_id);
  });

  it('has one of several processes consume, and another take over', async () => {
    const [one, other] = [await open(broker.url), await open(broker.url)];
    const seen: string[] = [];
    const first = consumer();
    const handledBy = (name: string): Subscription => ({
      ...first,
      handle: async (event) => {
        seen.push(name);
        await first.handle(event);
      },
    });
    await one.subscribe(handledBy('one'));
    await other.subscribe(handledBy('other'));
    const events = ['a', 'b', 'c', 'd'].map((code) => stationEvent(code, code));
    await one.publish(events.slice(0, 3));
    await expectApplied(first.queue, namesOf(events.slice(0, 3)));
    expect(seen).toEqual(['one', 'one', 'one']);
    await one.close();
    await other.publish(events.slice(3));
    await expectApplied(first.queue, namesOf(events));
    expect(seen).toEqual(['one', 'one', 'one', 'other']);
  });

  it('closes in good time though the broker hangs', async () => {
    const transport = await connectRabbitMq({ url: proxy.url, prefix: broker.prefix, retryDelaysMs });
    const subscription = consumer();
    await transport.subscribe(subscription);
    await transport.publish([stationEvent('S1', 'a')]);
    await vi.waitFor(async () => expect(await bench.effects.applied(subscription.queue)).toHaveLength(1), soon);
    proxy.hang();
    const startedAt = performance.now();
    await transport.close();
    // Without a limit, it would wait for the heartbeats of the connection to be missed.
    expect(performance.now() - startedAt).toBeLessThan(9_000);
  });

  it('lets no event use up its tries while the database of the consumer is away', async () => {
    const databaseProxy = await startTcpProxy(bench.mailboxUrl);
    const transport = await open(broker.url);
    let tries = 0;
    const subscription = consumer({
      mailboxUrl: databaseProxy.url,
      handle: async (event) => {
        tries += 1;
        if (databaseProxy.isRefusing()) throw new Error('connection refused');
        await bench.effects.apply(subscription.queue, event);
      },
    });
    await transport.subscribe(subscription);
    const before = stationEvent('S1', 'before');
    await transport.publish([before]);
    await expectApplied(subscription.queue, namesOf([before]));
    databaseProxy.refuse();
    const event = stationEvent('S1', 'a');
    await transport.publish([event]);
    // More often than an event may be tried.
    await vi.waitFor(() => expect(tries).toBeGreaterThanOrEqual(6), soon);
    databaseProxy.restore();
    await expectApplied(subscription.queue, namesOf([before, event]));
    // One may count: the database can be back between a failure and the look whether it is there.
    expect(transport.counts().retried).toBeLessThanOrEqual(1);
    expect(transport.counts().deadLettered).toBe(0);
    await databaseProxy.close();
  });
}
