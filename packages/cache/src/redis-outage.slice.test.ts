import { startTcpProxy } from '@enghub/messaging/tcp-proxy-for-tests';
import { ownRedisForTests } from '@enghub/testkit/redis';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cache } from './cache.ts';
import { connectRedisCache } from './redis-cache.ts';

const silent = { info: () => {}, warn: () => {} };
const soon = { timeout: 30_000, interval: 50 };
const ttlMs = 10 * 60_000;
const value = (text: string) => ({ ttlMs, load: async () => text });
const redis = await ownRedisForTests();

if (redis) {
  describe('a cache whose Redis', () => {
    const opened: Cache[] = [];
    let key = '';
    const open = async (url = redis.url) => {
      const cache = await connectRedisCache({ url, logger: silent });
      opened.push(cache);
      return cache;
    };

    /** What one loads, the other one finds. */
    async function shareAgain(...caches: readonly Cache[]): Promise<void> {
      for (const one of caches)
        for (const other of caches.filter((cache) => cache !== one)) {
          await vi.waitFor(async () => {
            const probe = randomUUID();
            const { asOf } = await one.fetch(probe, value('probe'));
            expect(await other.fetch(probe, value('never loaded'))).toEqual({ value: 'probe', asOf, source: 'CACHE' });
          }, soon);
        }
    }

    beforeEach(() => {
      key = `tenant-001:user:${randomUUID()}`;
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((cache) => cache.close()));
      redis.thaw();
      await redis.kill();
      await redis.start();
    });
    afterAll(() => redis.kill());

    it('is not there at the start works without, and shares once it comes', async () => {
      await redis.kill();
      const [a, b] = [await open(), await open()];
      expect(await a.fetch(key, value('first'))).toMatchObject({ value: 'first', source: 'FRESH' });
      expect(await a.fetch(key, value('second'))).toMatchObject({ value: 'second', source: 'FRESH' });
      await a.forget(key);

      await redis.start();
      await shareAgain(a, b);
    });

    it('dies asks its sources, and trusts no memory of which it would not hear that it is outdated', async () => {
      const [a, b] = [await open(), await open()];
      await a.fetch(key, value('old'));
      await b.fetch(key, value('never loaded'));
      await redis.kill();
      await vi.waitFor(async () => expect((await b.fetch(key, value('new'))).value).toBe('new'), soon);
      // Each notices for itself that its connection is gone.
      const newer = { value: 'newer', source: 'FRESH' };
      await vi.waitFor(async () => expect(await a.fetch(key, value('newer'))).toMatchObject(newer), soon);
    });

    it('dies still has older answers for who allows them', async () => {
      const a = await open();
      const allowing = { ttlMs, staleIfErrorMs: ttlMs };
      await a.fetch(key, { ...allowing, load: async () => 'known' });
      await redis.kill();
      const outage = async () => {
        throw new Error('the ERP is away');
      };
      await vi.waitFor(async () => {
        const answer = await a.fetch(key, { ...allowing, load: outage });
        expect(answer).toMatchObject({ value: 'known', source: 'STALE' });
      }, soon);
      await expect(a.fetch(key, { ttlMs, load: outage })).rejects.toThrow('the ERP is away');
      await a.forget(key);
      await expect(a.fetch(key, { ...allowing, load: outage })).rejects.toThrow('the ERP is away');
    });

    it('was killed and came back hears again what others forget', async () => {
      const [a, b] = [await open(), await open()];
      await redis.kill();
      await redis.start();
      await shareAgain(a, b);

      await a.fetch(key, value('old'));
      expect((await b.fetch(key, value('never loaded'))).value).toBe('old');
      await a.forget(key);
      await vi.waitFor(async () => expect((await b.fetch(key, value('new'))).value).toBe('new'), soon);
      expect((await a.fetch(key, value('never loaded'))).value).toBe('new');
    });

    it('was silent for a while tells then what was forgotten meanwhile', async () => {
      const [a, b] = [await open(), await open()];
      await a.fetch(key, value('old'));
      await b.fetch(key, value('never loaded'));
      redis.freeze();
      await a.forget(key);
      expect((await a.fetch(key, value('new'))).value).toBe('new');
      await vi.waitFor(async () => expect((await b.fetch(key, value('new'))).value).toBe('new'), soon);

      redis.thaw();
      await shareAgain(a, b);
      expect((await b.fetch(key, value('newest'))).value).not.toBe('old');
      expect((await a.fetch(key, value('newest'))).value).not.toBe('old');
    });

    it('was out of reach for one of them tells the others then what that one forgot', async () => {
      const cable = await startTcpProxy(redis.url);
      const [a, b] = [await open(), await open(cable.url)];
      await a.fetch(key, value('old'));
      cable.refuse();
      await b.forget(key);
      cable.restore();
      await shareAgain(a, b);
      expect((await a.fetch(key, value('new'))).value).toBe('new');
      await cable.close();
    });

    it('was out of reach for one of them has that one forget what it could not hear of', async () => {
      const cable = await startTcpProxy(redis.url);
      const [a, b] = [await open(), await open(cable.url)];
      await a.fetch(key, value('old'));
      expect((await b.fetch(key, value('never loaded'))).value).toBe('old');
      cable.refuse();
      await a.forget(key);
      cable.restore();
      await shareAgain(a, b);
      expect((await b.fetch(key, value('new'))).value).toBe('new');
      await cable.close();
    });

    it('never came can be closed', async () => {
      await redis.kill();
      await (await open()).close();
    });
  });
}
