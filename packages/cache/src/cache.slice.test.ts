import { redisForTests } from '@enghub/testkit/redis';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeCache, held } from './cache-contract.ts';
import type { Cache } from './cache.ts';
import { createMemoryCache } from './memory-cache.ts';
import { connectRedisCache } from './redis-cache.ts';

const silent = { info: () => {}, warn: () => {} };
const ttlMs = 60_000;
const redis = await redisForTests();

describeCache('a cache in memory', async (now) => createMemoryCache({ now }));

if (redis) {
  const { url, prefix } = redis;
  describeCache('a cache in Redis', (now) => connectRedisCache({ url, prefix, logger: silent, now }));

  describe('two processes with one Redis', () => {
    let a: Cache;
    let b: Cache;
    let key = '';
    const value = (text: string) => ({ ttlMs, load: async () => text });

    beforeEach(async () => {
      [a, b] = await Promise.all([
        connectRedisCache({ url, prefix, logger: silent }),
        connectRedisCache({ url, prefix, logger: silent }),
      ]);
      key = `tenant-001:user:${randomUUID()}`;
    });
    afterEach(() => Promise.all([a.close(), b.close()]));

    it('serve each other what one of them loaded, with its age', async () => {
      const loaded = await a.fetch(key, value('from a'));
      expect(await b.fetch(key, value('from b'))).toEqual({ ...loaded, source: 'CACHE' });
    });

    it('hear what the other one forgets', async () => {
      await a.fetch(key, value('old'));
      await b.fetch(key, value('never loaded'));
      await a.forget(key);
      await vi.waitFor(async () => expect((await b.fetch(key, value('new'))).value).toBe('new'));
      expect((await a.fetch(key, value('never loaded'))).value).toBe('new');
    });

    it('don’t bring back what the other one forgot while they loaded it', async () => {
      const slow = held('old');
      const early = b.fetch(key, { ttlMs, load: slow.load });
      await slow.began;
      await a.forget(key);
      slow.letGo();
      expect((await early).value).toBe('old');
      expect(await a.fetch(key, value('new'))).toMatchObject({ value: 'new', source: 'FRESH' });
      await vi.waitFor(async () => expect((await b.fetch(key, value('newer'))).value).toBe('new'));
    });

    it('don’t bring it back either when the news of it got lost', async () => {
      const slow = held('old');
      const early = b.fetch(key, { ttlMs, load: slow.load });
      await slow.began;
      const elsewhere = new Redis(url);
      await elsewhere.set(`${prefix}:forgotten:${key}`, 'unheard', 'PX', ttlMs);
      elsewhere.disconnect();
      slow.letGo();
      expect((await early).value).toBe('old');
      expect((await b.fetch(key, value('new'))).value).toBe('new');
      expect((await a.fetch(key, value('never loaded'))).value).toBe('new');
    });

    it('keep applications with other prefixes out', async () => {
      const stranger = await connectRedisCache({ url, prefix: `${prefix}-other`, logger: silent });
      await a.fetch(key, value('ours'));
      expect((await stranger.fetch(key, value('theirs'))).value).toBe('theirs');
      await stranger.forget(key);
      expect((await a.fetch(key, value('never loaded'))).value).toBe('ours');
      await stranger.close();
    });
  });
}
