import type { ConfirmChannel, ConsumeMessage, Message } from 'amqplib';
import { attachedConfirmChannel, type Attachment, type Broker } from './broker.ts';
import { confirmedPublisher, type ConfirmedPublisher } from './confirmed-publishing.ts';
import { openSession } from './database-session.ts';
import { forwarded, readBody, readProperties, type ReceivedMessage } from './event-message.ts';
import { createLanes } from './lanes.ts';
import type { Logger } from './logger.ts';
import { createParkedAggregates } from './parked-aggregates.ts';
import { declareEvents, declareQueue, type EventsTopology, type QueueTopology } from './rabbitmq-topology.ts';
import { describeError, isPermanentFailure, type Subscription } from './transport.ts';

export type RabbitConsumer = Readonly<{
  isConsuming(): boolean;
  /** Resolves when the queue is declared and consumed, or at once while the broker is away. */
  settled(): Promise<void>;
  replayDeadLetters(): Promise<number>;
  stop(): Promise<void>;
}>;

export type RabbitConsumerOptions = Readonly<{
  broker: Broker;
  subscription: Subscription;
  events: EventsTopology;
  queue: QueueTopology;
  retryDelaysMs: readonly number[];
  logger: Logger;
  onRetry: () => void;
  onDead: () => void;
}>;

type Delivery = Readonly<{
  message: ConsumeMessage;
  received: ReceivedMessage;
  channel: ConfirmChannel;
  publish: ConfirmedPublisher;
}>;

const prefetch = 100;
const aggregatesAtOnce = 8;
const databaseProbeMs = 1_000;

/** Consumes one queue: acknowledged after the handler committed, in order per aggregate. */
export function startRabbitConsumer(options: RabbitConsumerOptions): RabbitConsumer {
  const { broker, subscription, events, queue, retryDelaysMs, logger } = options;
  const parked = createParkedAggregates();
  // Lanes outlive a channel: what comes again after a reconnection waits for what is still at work.
  const lanes = createLanes(aggregatesAtOnce, (error) => {
    logger.warn({ queue: queue.main, error: describeError(error) }, 'could not settle an event, it will come again');
  });
  let link: Readonly<{ channel: ConfirmChannel; publish: ConfirmedPublisher }> | undefined;
  let stopping = false;

  const attachment: Attachment = broker.attach(queue.main, (connection) =>
    attachedConfirmChannel(connection, attachment, async (channel) => {
      if (stopping) return;
      await declareEvents(channel, events);
      await declareQueue(channel, events, queue, subscription.routingKeys);
      await channel.prefetch(prefetch);
      const publish = confirmedPublisher(channel);
      channel.once('close', () => {
        link = undefined;
        // They are unacknowledged and come again.
        lanes.clear();
      });
      // Known before the first delivery, which may come together with the broker's answer.
      link = { channel, publish };
      await channel.consume(queue.main, (message) => {
        if (!message) return void channel.close().catch(() => {});
        const delivery = { message, received: readProperties(message), channel, publish };
        lanes.add(delivery.received.aggregateId, () => process(delivery));
      });
    }),
  );

  async function process(delivery: Delivery): Promise<void> {
    const { message, received, channel } = delivery;
    const { aggregateId, key } = received;
    if (stopping || link?.channel !== channel) return;
    if (parked.mustWait(aggregateId, key, Date.now())) {
      const delay = parked.delayOf(aggregateId) ?? 0;
      parked.park(aggregateId, key, delay, Date.now());
      await forward(delivery, retryQueue(delay), received);
      return channel.ack(message);
    }
    const failure = await attempt(message, received);
    if (failure === 'stopped') return;
    if (failure) await settleFailure(delivery, failure.error);
    else parked.settle(aggregateId, key);
    if (link?.channel === channel) channel.ack(message);
  }

  async function attempt(
    message: ConsumeMessage,
    received: ReceivedMessage,
  ): Promise<Readonly<{ error: unknown }> | 'stopped' | undefined> {
    for (;;) {
      try {
        await subscription.handle(readBody(message, received.routingKey));
        return undefined;
      } catch (error) {
        if (isPermanentFailure(error) || (await databaseAnswers())) return { error };
        // Not the event's fault: it must not use up its tries while the consumer's database is away.
        logger.warn({ queue: queue.main, error: describeError(error) }, 'waiting for the database of the consumer');
        await new Promise((resolve) => setTimeout(resolve, databaseProbeMs));
        if (stopping) return 'stopped';
      }
    }
  }

  async function databaseAnswers(): Promise<boolean> {
    const session = openSession({ url: subscription.mailboxUrl, name: `probe ${queue.main}`, logger });
    try {
      await session.query('SELECT 1');
      return true;
    } catch {
      return false;
    } finally {
      await session.close();
    }
  }

  async function settleFailure(delivery: Delivery, error: unknown): Promise<void> {
    const { received } = delivery;
    const reason = describeError(error);
    const delay = isPermanentFailure(error) ? undefined : retryDelaysMs[received.attempts];
    const after = { ...received, attempts: received.attempts + 1 };
    const about = { queue: queue.main, eventId: received.key, routingKey: received.routingKey, error: reason };
    if (delay === undefined) {
      await forward(delivery, queue.dead, after, reason);
      parked.settle(received.aggregateId, received.key);
      options.onDead();
      logger.error(about, 'event moved to the dead letters');
    } else {
      parked.park(received.aggregateId, received.key, delay, Date.now());
      await forward(delivery, retryQueue(delay), after, reason);
      options.onRetry();
      logger.warn({ ...about, attempt: after.attempts, delay }, 'event failed, will be tried again');
    }
  }

  async function forward(
    { message, publish }: Pick<Delivery, 'publish'> & Readonly<{ message: Message }>,
    target: string,
    received: ReceivedMessage,
    error?: string,
  ): Promise<void> {
    const outcome = await publish({
      exchange: '',
      routingKey: target,
      content: message.content,
      options: forwarded(message, received, error),
    });
    if (outcome === 'returned') throw new Error(`there is no queue ${target}`);
  }

  function retryQueue(delayMs: number): string {
    const retry = queue.retries.find((candidate) => candidate.delayMs === delayMs);
    if (!retry) throw new Error(`there is no retry queue for ${delayMs} ms`);
    return retry.name;
  }

  async function replayDeadLetters(): Promise<number> {
    if (!link) throw new Error('the broker is not reachable');
    const { channel, publish } = link;
    const { messageCount } = await channel.checkQueue(queue.dead);
    let replayed = 0;
    // No more than there were: what dies again meanwhile is not for this round.
    for (; replayed < messageCount; replayed += 1) {
      const message = await channel.get(queue.dead);
      if (!message) break;
      const received = { ...readProperties(message), attempts: 0 };
      await forward({ message, publish }, queue.main, received);
      channel.ack(message);
    }
    return replayed;
  }

  return {
    replayDeadLetters,
    isConsuming: () => link !== undefined,
    settled: () => attachment.settled(),
    async stop() {
      if (stopping) return;
      stopping = true;
      attachment.detach();
      const last = link;
      lanes.clear();
      await lanes.idle();
      // Not cancelled before: from then on the queue gives later messages to the next consumer, and those that were
      // delivered here and not begun only behind them. With the channel they go back to where they were.
      await last?.channel.close().catch(() => {});
    },
  };
}
