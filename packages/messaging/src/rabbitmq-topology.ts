/** Names and arguments of everything that EngHub declares at RabbitMQ. Declaring is idempotent. */
import { connect, type Channel } from 'amqplib';

/** The exchange, and the queue that catches what nobody subscribed to. */
export type EventsTopology = Readonly<{ exchange: string; unrouted: string }>;

/** The queues of one consumer. */
export type QueueTopology = Readonly<{ main: string; dead: string; retries: readonly RetryQueue[] }>;
export type RetryQueue = Readonly<{ name: string; delayMs: number }>;

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

export function queueTopology(prefix: string, queue: string, retryDelaysMs: readonly number[]): QueueTopology {
  const main = `${prefix}${queue}`;
  const delays = [...new Set(retryDelaysMs)];
  return {
    main,
    dead: `${main}.dead`,
    // One queue per delay: with a time to live per message, a long one would hold up the short ones behind it.
    retries: delays.map((delayMs) => ({ name: `${main}.retry.${delayMs}`, delayMs })),
  };
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
      // Several processes may consume; one does, so that order holds, and another takes over.
      'x-single-active-consumer': true,
      'x-delivery-limit': deliveryLimit,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': queue.dead,
      ...safeDeadLettering,
    },
  });
  for (const { name, delayMs } of queue.retries) {
    await channel.assertQueue(name, {
      durable: true,
      arguments: {
        ...quorum,
        'x-message-ttl': delayMs,
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': queue.main,
        ...safeDeadLettering,
      },
    });
  }
  for (const routingKey of routingKeys) await channel.bindQueue(queue.main, exchange, routingKey);
}

/** Deletes everything under a prefix, given the consumers' names: for tests and for retired consumers. */
export async function removeTopology(
  url: string,
  prefix: string,
  queues: readonly string[],
  retryDelaysMs: readonly number[],
): Promise<void> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    for (const queue of queues.map((name) => queueTopology(prefix, name, retryDelaysMs))) {
      for (const name of [queue.main, queue.dead, ...queue.retries.map((retry) => retry.name)]) {
        await channel.deleteQueue(name);
      }
    }
    const { exchange, unrouted } = eventsTopology(prefix);
    await channel.deleteQueue(unrouted);
    await channel.deleteExchange(exchange);
    await channel.deleteExchange(`${prefix}enghub.live`);
  } finally {
    await connection.close();
  }
}
