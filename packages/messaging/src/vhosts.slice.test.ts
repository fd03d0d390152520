/** Plants with a vhost of their own: whose events travel where, and what one consumer of all of them keeps to. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { foundationMigrations } from '@enghub/database/provision';
import { freshDatabase, type FreshDatabase } from '@enghub/testkit/postgres';
import { rabbitMqForTests, type TestRabbitMq } from '@enghub/testkit/rabbitmq';
import { connect } from 'amqplib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEffectsTable, namesOf, openEffects, stationEvent, type Effects } from './effects-for-tests.ts';
import { messagingMigrations } from './migrations.ts';
import { connectRabbitMq } from './rabbitmq-transport.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy-for-tests.ts';
import type { OutboundEvent, Transport } from './transport.ts';

const soon = { timeout: 40_000, interval: 50 };
const plants = ['factory-sh-01', 'factory-bj-01'];
const rabbit = await rabbitMqForTests();
const vhosts = rabbit && makeVhosts(rabbit.url);

/** One for each plant; undefined, loudly, where the machine does not let us make any. */
function makeVhosts(url: string): Map<string, string> | undefined {
  const { username } = new URL(url);
  const made = new Map<string, string>();
  try {
    for (const plant of plants) {
      const vhost = `enghub-test-${randomUUID().slice(0, 8)}`;
      const own = new URL(url);
      own.pathname = `/${vhost}`;
      made.set(plant, own.href);
      rabbitmqctl('add_vhost', vhost);
      rabbitmqctl('set_permissions', '-p', vhost, decodeURIComponent(username), '.*', '.*', '.*');
    }
    return made;
  } catch (error) {
    const message = `rabbitmqctl makes no vhosts here, so the tests of vhosts DID NOT RUN: ${(error as Error).message}`;
    console.warn(`\n${'!'.repeat(80)}\n${message}\n${'!'.repeat(80)}\n`);
    removeVhosts(made);
    return undefined;
  }
}

function removeVhosts(made: ReadonlyMap<string, string>): void {
  for (const url of made.values()) {
    try {
      rabbitmqctl('delete_vhost', new URL(url).pathname.slice(1));
    } catch {
      // It was never made.
    }
  }
}

function rabbitmqctl(...words: readonly string[]): void {
  execFileSync('rabbitmqctl', ['-q', ...words], { stdio: 'pipe', timeout: 60_000 });
}

const at = (factoryId: string | null, aggregateId: string, code: string): OutboundEvent => {
  const event = stationEvent(aggregateId, code);
  return { ...event, envelope: { ...event.envelope, factory_id: factoryId } };
};

describe.runIf(rabbit && vhosts)('a vhost of its own for each plant', () => {
  const broker = rabbit as TestRabbitMq;
  let database: FreshDatabase;
  let effects: Effects;
  let queue: string;
  const queues: string[] = [];
  let opened: Transport[] = [];
  let proxy: TcpProxy | undefined;

  beforeAll(async () => {
    database = await freshDatabase('qms', [foundationMigrations, messagingMigrations]);
    await createEffectsTable(database.ownerUrl, 'qms');
    effects = openEffects(database.appUrl);
  });
  afterEach(async () => {
    await Promise.all(opened.map((transport) => transport.close()));
    opened = [];
    await proxy?.close();
    proxy = undefined;
  });
  afterAll(async () => {
    await effects?.close();
    await database?.drop();
    await broker.remove(queues);
    removeVhosts(vhosts!);
  });

  async function open(factoryUrls: ReadonlyMap<string, string> = vhosts!): Promise<Transport> {
    const { url, prefix } = broker;
    const transport = await connectRabbitMq({ url, prefix, factoryUrls, retryDelaysMs: [20, 40, 80] });
    opened.push(transport);
    return transport;
  }

  function subscribe(transport: Transport, handle?: (name: string) => void) {
    return transport.subscribe({
      queue,
      routingKeys: ['mes.station.defined.v1'],
      mailboxUrl: database.relayUrl,
      async handle(event) {
        handle?.(event.factory_id ?? 'tenant');
        await effects.apply(queue, event);
      },
    });
  }

  function newQueue(): void {
    queue = `qms.test-${randomUUID().slice(0, 8)}`;
    queues.push(queue);
  }

  const applied = () => effects.applied(queue);
  const expectAll = (events: readonly OutboundEvent[]) =>
    vi.waitFor(async () => expect([...(await applied())].sort()).toEqual(namesOf(events).sort()), soon);

  /** How much waits in the consumer's queue of a vhost. */
  async function waiting(url: string): Promise<number> {
    const connection = await connect(url);
    const channel = await connection.createChannel();
    const { messageCount } = await channel.checkQueue(`${broker.prefix}${queue}`);
    await connection.close();
    return messageCount;
  }

  it('carries the events of the plant alone; what belongs to no plant travels in the vhost of all', async () => {
    newQueue();
    const transport = await open();
    await (await subscribe(transport)).stop();
    const events = [
      at('factory-sh-01', 'S1', 'a'),
      at('factory-sh-01', 'S1', 'b'),
      at('factory-bj-01', 'B1', 'a'),
      at('factory-gz-01', 'G1', 'a'),
      at(null, 'T1', 'a'),
    ];
    await transport.publish(events);
    const [shanghai, beijing] = plants.map((plant) => vhosts!.get(plant)!);
    expect(await Promise.all([shanghai!, beijing!, broker.url].map(waiting))).toEqual([2, 1, 2]);
    await subscribe(transport);
    await expectAll(events);
  });

  it('is consumed by one process at a time with the others, in order per aggregate, and by the next when it ends', async () => {
    newQueue();
    const [one, other] = [await open(), await open()];
    const seen: string[] = [];
    const first = await subscribe(one, (plant) => seen.push(`one ${plant}`));
    await subscribe(other, (plant) => seen.push(`other ${plant}`));
    const events = Array.from({ length: 300 }, (_, index) => {
      const plant = [...plants, null][index % 3]!;
      return at(plant, `${plant}-${index % 30}`, String(index));
    });
    await one.publish(events.slice(0, 150));
    await expectAll(events.slice(0, 150));
    await first.stop();
    await other.publish(events.slice(150));
    await expectAll(events);
    const inOrder = await applied();
    for (const aggregate of new Set(events.map(({ aggregateId }) => aggregateId))) {
      const own = (name: string) => name.startsWith(`${aggregate}/`);
      expect(inOrder.filter(own)).toEqual(namesOf(events).filter(own));
    }
    expect(new Set(seen.slice(0, 150))).toEqual(new Set(['one factory-sh-01', 'one factory-bj-01', 'one tenant']));
    expect(new Set(seen.slice(150))).toEqual(new Set(['other factory-sh-01', 'other factory-bj-01', 'other tenant']));
  });

  it('holds nobody up but its publishers while it is away', async () => {
    newQueue();
    proxy = await startTcpProxy(vhosts!.get('factory-bj-01')!);
    const transport = await open(new Map([...vhosts!, ['factory-bj-01', proxy.url]]));
    await subscribe(transport);
    proxy.refuse();
    await vi.waitFor(() => expect(transport.isReady()).toBe(false), soon);
    const [shanghai, beijing] = [at('factory-sh-01', 'S1', 'a'), at('factory-bj-01', 'B1', 'a')];
    await expect(transport.publish([shanghai, beijing])).rejects.toThrow('not reachable');
    expect(await applied()).toEqual([]);
    await transport.publish([shanghai]);
    await expectAll([shanghai]);
    proxy.restore();
    await vi.waitFor(() => expect(transport.isReady()).toBe(true), soon);
    await transport.publish([beijing]);
    await expectAll([shanghai, beijing]);
  });
});
