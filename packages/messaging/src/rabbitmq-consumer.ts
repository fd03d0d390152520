import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import { attachedConfirmChannel, farewell, type Attachment, type Broker } from './broker.ts';
import { errorOf, readBody, readProperties } from './event-message.ts';
import type { Logger } from './logger.ts';
import type { Mailbox } from './mailbox.ts';
import { startMailboxWorker } from './mailbox-worker.ts';
import { declareEvents, declareQueue, type EventsTopology, type QueueTopology } from './rabbitmq-topology.ts';
import type { Subscription } from './transport.ts';

export type RabbitConsumer = Readonly<{
  /** Consumes, or stands by for the process that does. */
  isAttached(): boolean;
  /** Resolves when its queues are declared, or at once while the broker is away. */
  settled(): Promise<void>;
  /** How much waits in the queue; null while the broker is away. */
  queued(): Promise<number | null>;
  stop(): Promise<void>;
}>;

export type RabbitConsumerOptions = Readonly<{
  /** One for each vhost: the consumer has a queue in each of them. */
  brokers: readonly Broker[];
  subscription: Subscription;
  /** In the consumer's own database. */
  mailbox: Mailbox;
  /** Says there who hears what. */
  register: () => Promise<boolean>;
  events: EventsTopology;
  queue: QueueTopology;
  retryDelaysMs: readonly number[];
  logger: Logger;
  onRetry: () => void;
  onDead: () => void;
}>;

type Link = {
  readonly broker: Broker;
  readonly channel: ConfirmChannel;
  isConsuming: boolean;
  looked: Promise<void> | undefined;
};

const prefetch = 100;
const lookAgainMs = 1_000;

/**
 * Consumes one queue, in each vhost: acknowledged after the handler committed, in order per aggregate. What failed lies in
 * the consumer's own mailbox until its next try; of all processes, the one that has the mailbox's turn consumes all of them.
 */
export function startRabbitConsumer(options: RabbitConsumerOptions): RabbitConsumer {
  const { brokers, subscription, mailbox, events, queue, retryDelaysMs, logger } = options;
  const links = new Map<Broker, Link>();
  const isOpen = (own: Link): boolean => links.get(own.broker) === own;
  let hasTurn = false;
  let stopping = false;

  const worker = startMailboxWorker({
    subscription,
    mailbox,
    retryDelaysMs,
    logger,
    onRetry: options.onRetry,
    onDead: options.onDead,
    // Once the queue is there: what was published before that reached it is history to this consumer.
    register: async () => links.size === brokers.length && (await options.register()),
    async onTurn(has) {
      if (has === hasTurn) return;
      hasTurn = has;
      // What is unacknowledged goes back to the queue, for whoever has the turn now.
      await Promise.all([...links.values()].map((own) => (has ? consume(own) : own.channel.close().catch(() => {}))));
    },
    async beforeEnd() {
      for (const attachment of attachments) attachment.detach();
      // Not cancelled before: from then on the queue gives later messages to the next consumer, and those that were
      // delivered here and not begun only behind them. With the channel they go back to where they were.
      await Promise.all([...links.values()].map(({ channel }) => farewell(channel.close())));
    },
  });

  const attachments = brokers.map(attachTo);

  function attachTo(broker: Broker): Attachment {
    const attachment: Attachment = broker.attach(queue.main, (connection) =>
      attachedConfirmChannel(connection, attachment, async (channel) => {
        if (stopping) return;
        await declareEvents(channel, events);
        await declareQueue(channel, events, queue, subscription.routingKeys);
        await channel.prefetch(prefetch);
        const own: Link = { broker, channel, isConsuming: false, looked: undefined };
        channel.once('close', () => {
          if (isOpen(own)) links.delete(broker);
        });
        links.set(broker, own);
        if (hasTurn) await consume(own);
      }),
    );
    return attachment;
  }

  async function consume(own: Link): Promise<void> {
    if (stopping || own.isConsuming) return;
    own.isConsuming = true;
    const take =
      (what: (own: Link, message: ConsumeMessage) => Promise<boolean>) => (message: ConsumeMessage | null) => {
        if (!message) return void own.channel.close().catch(() => {});
        worker.lanes.add(readProperties(message).aggregateId, async () => {
          if (stopping || !isOpen(own)) return;
          if ((await what(own, message)) && isOpen(own)) own.channel.ack(message);
        });
      };
    await own.channel.consume(queue.main, take(settle));
    await own.channel.consume(queue.dead, take(keepDead));
  }

  async function settle(own: Link, message: ConsumeMessage): Promise<boolean> {
    await look(own);
    const { routingKey, aggregateId, messageId } = readProperties(message);
    if (stopping || !isOpen(own)) return false;
    const read = () => readBody(message, routingKey);
    return worker.desk.take({ routingKey, aggregateId, messageId, content: message.content, read });
  }

  /**
   * Before the first event of a channel: whoever consumed before us can put nothing off any more that it could still
   * acknowledge, so what it left in the mailbox is all that the queue's events may have to wait for.
   */
  function look(own: Link): Promise<void> {
    own.looked ??= (async () => {
      while (!stopping && isOpen(own)) {
        try {
          return await worker.desk.look();
        } catch (error) {
          logger.warn({ queue: queue.main, error: String(error) }, 'waiting for the database of the consumer');
          await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
        }
      }
    })();
    return own.looked;
  }

  /** The broker itself gave it up: delivered again and again, it was never answered. */
  async function keepDead(_own: Link, message: ConsumeMessage): Promise<boolean> {
    const { attempts, ...about } = readProperties(message);
    const error =
      errorOf(message) ?? 'The consumer ended each time without an answer, until the broker gave the event up.';
    return worker.desk.bury({ ...about, content: message.content }, attempts, error);
  }

  return {
    isAttached: () => links.size === brokers.length,
    async settled() {
      await Promise.all(attachments.map((attachment) => attachment.settled()));
    },
    async queued() {
      if (links.size < brokers.length) return null;
      const asked = await Promise.all(
        [...links.values()].map(({ channel }) => channel.checkQueue(queue.main).catch(() => null)),
      );
      return asked.reduce<number | null>((sum, it) => (sum === null || !it ? null : sum + it.messageCount), 0);
    },
    async stop() {
      stopping = true;
      await worker.stop();
    },
  };
}
