import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import { attachedConfirmChannel, type Attachment, type Broker } from './broker.ts';
import { errorOf, readBody, readProperties } from './event-message.ts';
import type { Logger } from './logger.ts';
import type { Mailbox } from './mailbox.ts';
import { startMailboxWorker } from './mailbox-worker.ts';
import { declareEvents, declareQueue, type EventsTopology, type QueueTopology } from './rabbitmq-topology.ts';
import type { Subscription } from './transport.ts';

export type RabbitConsumer = Readonly<{
  /** Consumes, or stands by for the process that does. */
  isAttached(): boolean;
  /** Resolves when the queue is declared, or at once while the broker is away. */
  settled(): Promise<void>;
  /** How much waits in the queue; null while the broker is away. */
  queued(): Promise<number | null>;
  stop(): Promise<void>;
}>;

export type RabbitConsumerOptions = Readonly<{
  broker: Broker;
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

type Link = { readonly channel: ConfirmChannel; isConsuming: boolean; looked: Promise<void> | undefined };

const prefetch = 100;
const lookAgainMs = 1_000;

/**
 * Consumes one queue: acknowledged after the handler committed, in order per aggregate. What failed lies in the consumer's
 * own mailbox until its next try; of all processes, the one that has the mailbox's turn consumes.
 */
export function startRabbitConsumer(options: RabbitConsumerOptions): RabbitConsumer {
  const { broker, subscription, mailbox, events, queue, retryDelaysMs, logger } = options;
  let link: Link | undefined;
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
    register: async () => link !== undefined && (await options.register()),
    async onTurn(has) {
      if (has === hasTurn) return;
      hasTurn = has;
      if (!link) return;
      if (has) await consume(link);
      // What is unacknowledged goes back to the queue, for whoever has the turn now.
      else await link.channel.close().catch(() => {});
    },
    async beforeEnd() {
      attachment.detach();
      // Not cancelled before: from then on the queue gives later messages to the next consumer, and those that were
      // delivered here and not begun only behind them. With the channel they go back to where they were.
      await link?.channel.close().catch(() => {});
    },
  });

  const attachment: Attachment = broker.attach(queue.main, (connection) =>
    attachedConfirmChannel(connection, attachment, async (channel) => {
      if (stopping) return;
      await declareEvents(channel, events);
      await declareQueue(channel, events, queue, subscription.routingKeys);
      await channel.prefetch(prefetch);
      const own: Link = { channel, isConsuming: false, looked: undefined };
      channel.once('close', () => {
        if (link === own) link = undefined;
      });
      link = own;
      if (hasTurn) await consume(own);
    }),
  );

  async function consume(own: Link): Promise<void> {
    if (stopping || own.isConsuming) return;
    own.isConsuming = true;
    const take =
      (what: (own: Link, message: ConsumeMessage) => Promise<boolean>) => (message: ConsumeMessage | null) => {
        if (!message) return void own.channel.close().catch(() => {});
        worker.lanes.add(readProperties(message).aggregateId, async () => {
          if (stopping || link !== own) return;
          if ((await what(own, message)) && link === own) own.channel.ack(message);
        });
      };
    await own.channel.consume(queue.main, take(settle));
    await own.channel.consume(queue.dead, take(keepDead));
  }

  async function settle(own: Link, message: ConsumeMessage): Promise<boolean> {
    await look(own);
    const { routingKey, aggregateId, messageId } = readProperties(message);
    if (stopping || link !== own) return false;
    const read = () => readBody(message, routingKey);
    return worker.desk.take({ routingKey, aggregateId, messageId, content: message.content, read });
  }

  /**
   * Before the first event of a channel: whoever consumed before us can put nothing off any more that it could still
   * acknowledge, so what it left in the mailbox is all that the queue's events may have to wait for.
   */
  function look(own: Link): Promise<void> {
    own.looked ??= (async () => {
      while (!stopping && link === own) {
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
    isAttached: () => link !== undefined,
    settled: () => attachment.settled(),
    async queued() {
      const asked = await link?.channel.checkQueue(queue.main).catch(() => null);
      return asked?.messageCount ?? null;
    },
    async stop() {
      stopping = true;
      await worker.stop();
    },
  };
}
