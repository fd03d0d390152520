/** Names and arguments of everything that EngHub declares at RabbitMQ, by docs/decisions/0025. Declaring is idempotent. */
import { connect, type Channel } from 'amqplib';

/** The exchange, and the queue that catches what nobody subscribed to. */
export type EventsTopology = Readonly<{ exchange: string; unrouted: string }>;

/** The queues of one consumer. */
export type QueueTopology = Readonly<{ main: string; dead: string }>;

// A message that comes back this often without an answer has been killing its consumer.
const deliveryLimit = 50;
// Queues to look into are read and put back any number of times; newer brokers would drop the message after 20.
const unlimited = { 'x-delivery-limit': 1_000_000 };
const unroutedKept = 100_000;

// Dead-lettering is at most once unless both of these are set.
const safeDeadLettering = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' };
const quorum = { 'x-queue-type': 'quorum' };

export function eventsTopology(prefix: string): EventsTopology {
  return { exchange: `${prefix}enghub.events`, unrouted: `${prefix}enghub.unrouted` };
}

export function queueTopology(prefix: string, queue: string): QueueTopology {
  const main = `${prefix}${queue}`;
  return { main, dead: `${main}.dead` };
}

export async function declareEvents(channel: Channel, { exchange, unrouted }: EventsTopology): Promise<void> {
  await channel.assertExchange(exchange, 'topic', { durable: true });
  await channel.assertQueue(unrouted, {
    durable: true,
    arguments: { ...quorum, ...unlimited, 'x-max-length': unroutedKept, 'x-overflow': 'drop-head' },
  });
}

export async function declareQueue(
  channel: Channel,
  { exchange }: EventsTopology,
  queue: QueueTopology,
  routingKeys: readonly string[],
): Promise<void> {
  await channel.assertQueue(queue.dead, { durable: true, arguments: { ...quorum, ...unlimited } });
  await channel.assertQueue(queue.main, {
    durable: true,
    arguments: {
      ...quorum,
      // Should two processes both believe that it is their turn, one is served, so that order holds.
      'x-single-active-consumer': true,
      'x-delivery-limit': deliveryLimit,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': queue.dead,
      ...safeDeadLettering,
    },
  });
  for (const routingKey of routingKeys) await channel.bindQueue(queue.main, exchange, routingKey);
}

/** Deletes everything under a prefix, given the consumers' names: for tests and for retired consumers. */
export async function removeTopology(url: string, prefix: string, queues: readonly string[]): Promise<void> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    for (const { main, dead } of queues.map((name) => queueTopology(prefix, name))) {
      for (const name of [main, dead]) await channel.deleteQueue(name);
    }
    const { exchange, unrouted } = eventsTopology(prefix);
    await channel.deleteQueue(unrouted);
    await channel.deleteExchange(exchange);
    await channel.deleteExchange(`${prefix}enghub.live`);
  } finally {
    await connection.close();
  }
}
