import { createHash } from 'node:crypto';
import type { Channel } from 'amqplib';
import { attachedChannel, connectBroker } from './broker.ts';
import { silentLogger, type Logger } from './logger.ts';

/**
 * Tells whoever watches a topic that something changed. A tick carries no data: the watcher reads afresh.
 * Ticks may be merged or, while a broker is away, lost; after such a gap every topic ticks once.
 */
export type LiveBus = Readonly<{
  publish(topic: string): void;
  /** Resolves once the binding is in place, so that a snapshot taken afterwards misses nothing. */
  subscribe(topic: string, onTick: () => void): Promise<() => void>;
  close(): Promise<void>;
}>;

type Listeners = Readonly<{
  add(topic: string, onTick: () => void): () => boolean;
  tick(topic: string): void;
  topics(): string[];
  clear(): void;
}>;

export function createInProcessLiveBus(): LiveBus {
  const listeners = createListeners(silentLogger);
  return {
    // Never in the publisher's own turn: a slow watcher must not hold up a command.
    publish: (topic) => void setImmediate(() => listeners.tick(topic)),
    async subscribe(topic, onTick) {
      const remove = listeners.add(topic, onTick);
      return () => void remove();
    },
    async close() {
      listeners.clear();
    },
  };
}

export type RabbitLiveBusOptions = Readonly<{ logger?: Logger; prefix?: string }>;

/** Ticks over a topic exchange, with one short-lived queue per process that is bound to the topics watched there. */
export async function connectRabbitLiveBus(url: string, options: RabbitLiveBusOptions = {}): Promise<LiveBus> {
  const { logger = silentLogger, prefix = '' } = options;
  const exchange = `${prefix}enghub.live`;
  const listeners = createListeners(logger);
  const broker = await connectBroker({ url, name: 'live', logger });
  let link: Readonly<{ channel: Channel; queue: string }> | undefined;
  let connectedBefore = false;

  const attachment = broker.attach('live', (connection) =>
    attachedChannel(connection, attachment, async (channel) => {
      await channel.assertExchange(exchange, 'topic', { durable: true });
      const { queue } = await channel.assertQueue('', {
        exclusive: true,
        autoDelete: true,
        durable: false,
        arguments: { 'x-max-length': 10_000, 'x-overflow': 'drop-head' },
      });
      for (const topic of listeners.topics()) await channel.bindQueue(queue, exchange, routingKeyOf(topic));
      await channel.consume(
        queue,
        (message) => (message ? listeners.tick(message.content.toString()) : void channel.close().catch(() => {})),
        { noAck: true },
      );
      channel.once('close', () => (link = undefined));
      link = { channel, queue };
      // A topic that was added while the others were being bound; binding twice does no harm.
      for (const topic of listeners.topics()) await channel.bindQueue(queue, exchange, routingKeyOf(topic));
      if (connectedBefore) for (const topic of listeners.topics()) listeners.tick(topic);
      connectedBefore = true;
    }),
  );
  await attachment.settled();

  return {
    publish(topic) {
      try {
        link?.channel.publish(exchange, routingKeyOf(topic), Buffer.from(topic));
      } catch {
        // The channel just closed: whoever watches gets a tick when it is back.
      }
    },
    async subscribe(topic, onTick) {
      const remove = listeners.add(topic, onTick);
      // Without a broker the binding is made, and a tick given, as soon as there is one again.
      await link?.channel.bindQueue(link.queue, exchange, routingKeyOf(topic)).catch(() => {});
      return () => {
        if (remove()) link?.channel.unbindQueue(link.queue, exchange, routingKeyOf(topic)).catch(() => {});
      };
    },
    async close() {
      listeners.clear();
      attachment.detach();
      await broker.close();
    },
  };
}

/** Keeps a topic out of the pattern language of topic exchanges and within 255 bytes. */
function routingKeyOf(topic: string): string {
  const plain = Buffer.byteLength(topic) <= 200 && !/[*#]/.test(topic);
  return plain ? topic : `hashed.${createHash('sha256').update(topic).digest('hex')}`;
}

function createListeners(logger: Logger): Listeners {
  const byTopic = new Map<string, Set<() => void>>();
  return {
    add(topic, onTick) {
      const own = () => onTick();
      const set = byTopic.get(topic) ?? new Set();
      byTopic.set(topic, set.add(own));
      return () => {
        if (!set.delete(own) || set.size > 0) return false;
        return byTopic.get(topic) === set && byTopic.delete(topic);
      };
    },
    tick(topic) {
      for (const onTick of [...(byTopic.get(topic) ?? [])]) {
        try {
          onTick();
        } catch (error) {
          logger.error({ topic, error: String(error) }, 'a watcher of a live topic failed');
        }
      }
    },
    topics: () => [...byTopic.keys()],
    clear: () => byTopic.clear(),
  };
}
