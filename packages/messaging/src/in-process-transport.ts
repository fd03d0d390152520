import { registerConsumer } from './consumers.ts';
import { silentLogger, type Logger } from './logger.ts';
import { openMailbox, post, type Delivery } from './mailbox.ts';
import { startMailboxWorker, type MailboxWorker } from './mailbox-worker.ts';
import { databaseSessions } from './sessions.ts';
import {
  defaultRetryDelaysMs,
  topicMatches,
  type OutboundEvent,
  type Subscription,
  type Transport,
} from './transport.ts';
import { createUnheard } from './unheard.ts';

export type InProcessTransportOptions = Readonly<{ logger?: Logger; retryDelaysMs?: readonly number[] }>;

type Route = Readonly<{ queue: string; routingKeys: readonly string[]; mailboxUrl: string }>;

/**
 * Hands events over inside one process; both sides are PostgreSQL tables, so a crash loses nothing.
 * Subscribe before the first relay starts: an event is kept only for consumers that are known when it is published.
 */
export function createInProcessTransport(options: InProcessTransportOptions = {}): Transport {
  const { logger = silentLogger, retryDelaysMs = defaultRetryDelaysMs } = options;
  const sessions = databaseSessions('mailbox', logger);
  const routes = new Map<string, Route>();
  const workers = new Map<string, MailboxWorker>();
  const counts = { published: 0, retried: 0, deadLettered: 0 };
  const unheard = createUnheard(logger);
  let closed = false;

  async function subscribe(subscription: Subscription) {
    if (closed) throw new Error('the transport is closed');
    const { queue } = subscription;
    if (workers.has(queue)) throw new Error(`${queue} already has a consumer in this process`);
    const session = sessions.of(subscription.mailboxUrl);
    // The route outlives the consumer, as a queue would: what comes in while it is stopped waits for it.
    routes.set(queue, { queue, routingKeys: subscription.routingKeys, mailboxUrl: subscription.mailboxUrl });
    const worker = startMailboxWorker({
      subscription,
      mailbox: openMailbox(session, queue),
      retryDelaysMs,
      logger,
      onRetry: () => (counts.retried += 1),
      onDead: () => (counts.deadLettered += 1),
      register: () => registerConsumer(session, queue, subscription.routingKeys),
    });
    workers.set(queue, worker);
    return {
      async stop() {
        await worker.stop();
        if (workers.get(queue) === worker) workers.delete(queue);
      },
    };
  }

  return {
    async publish(events) {
      if (closed) throw new Error('the transport is closed');
      const deliveries = new Map<string, Delivery[]>();
      const woken = new Set<string>();
      const unrouted: OutboundEvent[] = [];
      for (const event of events) {
        const takers = [...routes.values()].filter((route) =>
          route.routingKeys.some((pattern) => topicMatches(pattern, event.routingKey)),
        );
        if (takers.length === 0) unrouted.push(event);
        for (const { queue, mailboxUrl } of takers) {
          woken.add(queue);
          const box = deliveries.get(mailboxUrl) ?? [];
          box.push({ consumer: queue, event });
          deliveries.set(mailboxUrl, box);
        }
      }
      await Promise.all([...deliveries].map(([mailboxUrl, letters]) => post(sessions.of(mailboxUrl), letters)));
      counts.published += events.length;
      for (const event of unrouted) unheard.add(event);
      for (const queue of woken) workers.get(queue)?.wake();
    },
    subscribe,
    // What is not applied yet is in the mailbox.
    queued: async () => null,
    unheard: unheard.amiss,
    isReady: () => !closed,
    async close() {
      closed = true;
      await Promise.all([...workers.values()].map((worker) => worker.stop()));
      workers.clear();
      await sessions.close();
    },
    counts: () => ({ ...counts, unrouted: unheard.total() }),
  };
}
