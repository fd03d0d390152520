import { attachedConfirmChannel, connectBroker, type Attachment, type Broker } from './broker.ts';
import type { FactoryUrls } from './factory-urls.ts';
import { confirmedPublisher, type ConfirmedPublisher } from './confirmed-publishing.ts';
import { contentOf, propertiesOf } from './event-message.ts';
import { silentLogger, type Logger } from './logger.ts';
import { registerConsumer } from './consumers.ts';
import { openMailbox } from './mailbox.ts';
import { databaseSessions } from './sessions.ts';
import { startRabbitConsumer, type RabbitConsumer } from './rabbitmq-consumer.ts';
import { declareEvents, eventsTopology, queueTopology, type EventsTopology } from './rabbitmq-topology.ts';
import { defaultRetryDelaysMs, type OutboundEvent, type Transport } from './transport.ts';
import { createUnheard } from './unheard.ts';

export type RabbitMqOptions = Readonly<{
  url: string;
  /** Plants whose events travel in a vhost of their own; everything else travels at `url`. */
  factoryUrls?: FactoryUrls | undefined;
  logger?: Logger;
  /** Goes before the name of everything at the broker, so that several systems may share one. */
  prefix?: string;
  retryDelaysMs?: readonly number[];
}>;

/** Carries events over RabbitMQ. A broker that is away holds up nobody: publishing rejects and the outbox keeps. */
export async function connectRabbitMq(options: RabbitMqOptions): Promise<Transport> {
  const { url, logger = silentLogger, prefix = '', retryDelaysMs = defaultRetryDelaysMs } = options;
  const events = eventsTopology(prefix);
  const factoryUrls: FactoryUrls = options.factoryUrls ?? new Map<string, string>();
  const lines = new Map<string, Line>();
  await Promise.all(
    [...new Set([url, ...factoryUrls.values()])].map(async (it) => lines.set(it, await openLine(it, events, logger))),
  );
  const lineOf = ({ envelope }: OutboundEvent): Line => lines.get(factoryUrls.get(envelope.factory_id ?? '') ?? url)!;
  const sessions = databaseSessions('mailbox', logger);
  const consumers = new Map<string, RabbitConsumer>();
  const counts = { published: 0, retried: 0, deadLettered: 0 };
  const unheard = createUnheard(logger);

  async function publishOne(publish: ConfirmedPublisher, event: OutboundEvent): Promise<void> {
    const content = contentOf(event);
    const outcome = await publish({
      exchange: events.exchange,
      routingKey: event.routingKey,
      content,
      options: propertiesOf(event),
    });
    if (outcome === 'returned') await keepUnrouted(publish, event, content);
    counts.published += 1;
  }

  /** Nobody subscribed. It must not block the outbox for ever, nor vanish: the latest ones are kept to look at. */
  async function keepUnrouted(publish: ConfirmedPublisher, event: OutboundEvent, content: Buffer): Promise<void> {
    const kept = await publish({ exchange: '', routingKey: events.unrouted, content, options: propertiesOf(event) });
    if (kept === 'returned') throw new Error(`no queue takes ${event.routingKey}, and ${events.unrouted} is missing`);
    unheard.add(event);
  }

  return {
    async publish(outbound) {
      // Before anything is sent: what is sent in vain is sent again with the whole batch.
      const sending = outbound.map((event) => [lineOf(event).publisher(), event] as const);
      const outcomes = await Promise.allSettled(sending.map(([publish, event]) => publishOne(publish, event)));
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed) throw failed.reason;
    },
    async subscribe(subscription) {
      const { queue } = subscription;
      if (consumers.has(queue)) throw new Error(`${queue} already has a consumer in this process`);
      const session = sessions.of(subscription.mailboxUrl);
      const consumer = startRabbitConsumer({
        brokers: [...lines.values()].map(({ broker }) => broker),
        subscription,
        events,
        mailbox: openMailbox(session, queue),
        register: () => registerConsumer(session, queue, subscription.routingKeys),
        queue: queueTopology(prefix, queue),
        retryDelaysMs,
        logger,
        onRetry: () => (counts.retried += 1),
        onDead: () => (counts.deadLettered += 1),
      });
      consumers.set(queue, consumer);
      await consumer.settled();
      return {
        async stop() {
          await consumer.stop();
          if (consumers.get(queue) === consumer) consumers.delete(queue);
        },
      };
    },
    queued: async (queue) => (await consumers.get(queue)?.queued()) ?? null,
    unheard: unheard.amiss,
    isReady: () =>
      [...lines.values()].every((line) => line.isReady()) &&
      [...consumers.values()].every((consumer) => consumer.isAttached()),
    async close() {
      await Promise.all([...consumers.values()].map((consumer) => consumer.stop()));
      consumers.clear();
      await Promise.all([...lines.values()].map((line) => line.close()));
      await sessions.close();
    },
    counts: () => ({ ...counts, unrouted: unheard.total() }),
  };
}

/** The way to one vhost. */
type Line = Readonly<{
  broker: Broker;
  /** Throws while the broker is away or takes nothing. */
  publisher(): ConfirmedPublisher;
  isReady(): boolean;
  close(): Promise<void>;
}>;

async function openLine(url: string, events: EventsTopology, logger: Logger): Promise<Line> {
  const broker = await connectBroker({ url, name: 'events', logger });
  let publisher: ConfirmedPublisher | undefined;
  const attachment: Attachment = broker.attach('publisher', (connection) =>
    attachedConfirmChannel(connection, attachment, async (channel) => {
      await declareEvents(channel, events);
      const own = confirmedPublisher(channel);
      channel.once('close', () => {
        if (publisher === own) publisher = undefined;
      });
      publisher = own;
    }),
  );
  await attachment.settled();
  return {
    broker,
    publisher() {
      if (!publisher || !broker.isConnected()) throw new Error('the broker is not reachable');
      if (broker.isBlocked()) throw new Error('the broker takes no messages');
      return publisher;
    },
    isReady: () => broker.isConnected() && !broker.isBlocked() && publisher !== undefined,
    async close() {
      attachment.detach();
      await broker.close();
    },
  };
}
