import { describe, expect, it } from 'vitest';
import type { Channel, ConfirmChannel } from 'amqplib';
import { confirmedPublisher } from './confirmed-publishing.ts';
import { declareEvents, declareQueue, eventsTopology, queueTopology } from './rabbitmq-topology.ts';

type Declared = Readonly<{ durable?: boolean; arguments?: Record<string, unknown> }>;

/** Stands for the broker and remembers what it was told to declare. */
async function declared() {
  const queues = new Map<string, Declared>();
  const exchanges = new Map<string, Declared>();
  const bindings: string[] = [];
  const channel = {
    assertExchange: async (name: string, type: string, options: Declared) => exchanges.set(`${type} ${name}`, options),
    assertQueue: async (name: string, options: Declared) => queues.set(name, options),
    bindQueue: async (queue: string, exchange: string, key: string) => bindings.push(`${exchange} ${key} ${queue}`),
  };
  const events = eventsTopology('');
  await declareEvents(channel as unknown as Channel, events);
  const topology = queueTopology('', 'qms.inspections');
  await declareQueue(channel as unknown as Channel, events, topology, ['mes.production-report.reported.v1']);
  return { queues, exchanges, bindings };
}

describe('what is declared at RabbitMQ', () => {
  // Each value of the table in docs/decisions/0025, and nothing else: a queue cannot be changed once it is declared.
  it('is what the decision says, argument by argument', async () => {
    const { queues } = await declared();
    expect(Object.fromEntries([...queues].map(([name, queue]) => [name, queue.arguments]))).toEqual({
      'qms.inspections': {
        'x-queue-type': 'quorum',
        'x-single-active-consumer': true,
        'x-delivery-limit': 50,
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': 'qms.inspections.dead',
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      },
      'qms.inspections.dead': { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000 },
      'enghub.unrouted': {
        'x-queue-type': 'quorum',
        'x-delivery-limit': 1_000_000,
        'x-max-length': 100_000,
        'x-overflow': 'drop-head',
      },
    });
  });

  it('gets messages that are persistent and mandatory, and counts as sent what it confirmed', async () => {
    const published: object[] = [];
    const channel = {
      on: () => channel,
      publish: (_exchange: string, _key: string, _content: Buffer, options: object, confirmed: (e: null) => void) => {
        published.push(options);
        confirmed(null);
      },
    };
    const publish = confirmedPublisher(channel as unknown as ConfirmChannel);
    const message = { exchange: 'enghub.events', routingKey: 'a.b', content: Buffer.from('{}'), options: {} };
    expect(await publish(message)).toBe('routed');
    expect(published).toMatchObject([{ persistent: true, mandatory: true }]);
  });

  it('is durable, and every queue is a quorum queue', async () => {
    const { queues, exchanges } = await declared();
    expect([...exchanges]).toEqual([['topic enghub.events', { durable: true }]]);
    expect([...queues.keys()].sort()).toEqual(['enghub.unrouted', 'qms.inspections', 'qms.inspections.dead']);
    for (const queue of queues.values()) {
      expect(queue.durable).toBe(true);
      expect(queue.arguments).toMatchObject({ 'x-queue-type': 'quorum' });
    }
  });

  it('has one active consumer per queue and states how often a message may come back', async () => {
    const { queues } = await declared();
    expect(queues.get('qms.inspections')?.arguments).toMatchObject({
      'x-single-active-consumer': true,
      'x-delivery-limit': 50,
    });
  });

  it('dead-letters at least once wherever it dead-letters', async () => {
    const { queues } = await declared();
    const letting = [...queues.values()].filter((queue) => queue.arguments?.['x-dead-letter-exchange'] !== undefined);
    expect(letting).toHaveLength(1);
    for (const queue of letting) {
      expect(queue.arguments).toMatchObject({
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      });
    }
  });

  it('brings what kept killing its consumer to the dead letters', async () => {
    const { queues, bindings } = await declared();
    expect(queues.get('qms.inspections')?.arguments).toMatchObject({
      'x-dead-letter-routing-key': 'qms.inspections.dead',
    });
    expect(bindings).toEqual(['enghub.events mes.production-report.reported.v1 qms.inspections']);
  });
});
