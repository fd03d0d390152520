import { describe, expect, it } from 'vitest';
import type { Channel } from 'amqplib';
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
