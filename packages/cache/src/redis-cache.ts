import { randomUUID } from 'node:crypto';
import type { BusDriver } from 'bentocache/types';
import { redisDriver } from 'bentocache/drivers/redis';
import type { Cache } from './cache.ts';
import { createKeepingCache } from './keeping-cache.ts';
import type { Entry, Mark } from './levels.ts';
import { asEntry, openStore } from './memory-level.ts';
import { linkToRedis, type Logger } from './redis-link.ts';

export type RedisCacheOptions = Readonly<{
  url: string;
  /** Sets apart what must not meet: other applications, other shapes of the same values. */
  prefix?: string;
  logger: Logger;
  now?: () => Date;
}>;

type News = Readonly<{ type: string; keys: string[]; namespace: string }>;
type Letter = Readonly<{ from: string; news: News }>;

/** Longer than any load takes. */
const MARK_MS = 10 * 60_000;

/** For several processes: they share what is in Redis, keep the hot part in memory, and hear what others forget. */
export async function connectRedisCache(options: RedisCacheOptions): Promise<Cache> {
  const { url, prefix = 'enghub', logger, now = () => new Date() } = options;
  const self = randomUUID();
  const values = `${prefix}:value`;
  const channel = `${prefix}:cache-news`;
  /** Forgotten while Redis was away. */
  const untold = new Set<string>();
  const listeners: ((key: string | null) => void)[] = [];
  const outdated = (key: string | null) => listeners.forEach((listener) => listener(key));
  let update: (news: News) => unknown = () => undefined;

  const link = linkToRedis({ url, channel, logger, onMessage: hear, catchUp });
  const { commands } = link;
  const { store, memory } = openStore(values, {
    level: redisDriver({ connection: commands }),
    // Bentocache would repeat lost news by itself; ours starts over instead.
    bus: { options: { retryQueue: { enabled: false, retryInterval: false } }, factory: () => bus() },
  });

  function bus(): BusDriver {
    const driver: BusDriver = {
      setId: () => driver,
      onReconnect: () => undefined,
      publish: async (_channel, news) => void (await commands.publish(channel, letter(news))),
      subscribe: async (_channel, handler) => {
        update = (news) => handler(news as never);
      },
      unsubscribe: async () => undefined,
      disconnect: async () => undefined,
    };
    return driver;
  }

  function letter(news: unknown): string {
    return JSON.stringify({ from: self, news });
  }

  function hear(text: string): void {
    const { from, news } = JSON.parse(text) as Letter;
    if (from === self) return;
    if (news.type === 'delete') news.keys.forEach(outdated);
    update(news);
  }

  /** The removal and the news, and for a key that was forgotten the mark: all of them or none. */
  async function remove(key: string, isForgotten: boolean): Promise<void> {
    const news: News = { type: 'delete', keys: [key], namespace: values };
    const steps = commands.multi();
    if (isForgotten) steps.set(markKey(key), randomUUID(), 'PX', MARK_MS);
    await steps.unlink(`${values}:${key}`).publish(channel, letter(news)).exec();
  }

  async function catchUp(): Promise<void> {
    for (const key of untold) {
      await remove(key, true);
      untold.delete(key);
    }
    // What others said meanwhile is lost, so anything here may be what they forgot.
    outdated(null);
    memory.clear();
  }

  const markKey = (key: string) => `${prefix}:forgotten:${key}`;
  const markOf = (key: string): Promise<Mark> => commands.get(markKey(key)).catch(() => undefined);

  async function keep(key: string, value: Entry, ttl: number, before: Mark): Promise<void> {
    if (!link.isInTouch()) {
      await store.set({ key, value, ttl, skipL2Write: true, skipBusNotify: true });
      return;
    }
    await store.set({ key, value, ttl });
    // Who forgets later than this look removes what we kept; who forgot before it left a mark.
    const after = await markOf(key);
    if (after !== undefined && after === before) return;
    memory.delete(key);
    await remove(key, false).catch(() => untold.add(key));
  }

  await link.settled;
  return createKeepingCache(
    {
      find: async (key) => asEntry(await store.get({ key })),
      markOf,
      keep,
      async forget(key) {
        await remove(key, true).catch((error: unknown) => {
          untold.add(key);
          link.redial(error);
        });
      },
      forgetHere: (key) => void memory.delete(key),
      isInTouch: link.isInTouch,
      onForgotten: (listener) => void listeners.push(listener),
      close: () => link.close(),
    },
    now,
  );
}
