/** What every cache promises, told once and run against each of them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from './cache.ts';

const START = new Date('2026-01-05T06:00:00Z');
const MINUTE_MS = 60_000;
const ttlMs = MINUTE_MS;

export function describeCache(name: string, open: (now: () => Date) => Promise<Cache>): void {
  describe(name, () => {
    let cache: Cache;
    let now = START;
    let key = '';
    const passMinutes = (minutes: number) => {
      now = new Date(now.getTime() + minutes * MINUTE_MS);
    };

    beforeAll(async () => {
      cache = await open(() => now);
    });
    afterAll(() => cache?.close());
    beforeEach(() => {
      now = START;
      key = `tenant-001:product_bom:${randomUUID()}`;
    });

    const bom = { version: 'V2.0', lines: [{ material: 'MAT-001', quantity: '0.05' }] };
    const known = () => cache.fetch(key, { ttlMs, load: async () => bom });
    const outage = async () => {
      throw new Error('the ERP is away');
    };

    it('loads once for 200 who ask at the same time', async () => {
      let loads = 0;
      const load = async () => {
        loads += 1;
        await aWhile();
        return bom;
      };
      const answers = await Promise.all(Array.from({ length: 200 }, () => cache.fetch(key, { ttlMs, load })));
      expect(loads).toBe(1);
      expect(new Set(answers.map(({ value }) => value))).toEqual(new Set([bom]));
    });

    it('says how old an answer is and where it comes from', async () => {
      expect(await known()).toEqual({ value: bom, asOf: START, source: 'FRESH' });
      passMinutes(0.99);
      expect(await known()).toEqual({ value: bom, asOf: START, source: 'CACHE' });
      passMinutes(0.01);
      expect(await known()).toEqual({ value: bom, asOf: new Date('2026-01-05T06:01:00Z'), source: 'FRESH' });
    });

    it('loads again for who wants it younger, and keeps what was known when that fails', async () => {
      await known();
      passMinutes(0.5);
      await expect(cache.fetch(key, { ttlMs, maxAgeMs: 0, load: outage })).rejects.toThrow('away');
      expect(await known()).toMatchObject({ asOf: START, source: 'CACHE' });
      const again = await cache.fetch(key, { ttlMs, maxAgeMs: 0, load: async () => bom });
      expect(again).toMatchObject({ source: 'FRESH' });
      expect(await known()).toEqual({ ...again, source: 'CACHE' });
    });

    it('counts the age from the question, not from the answer', async () => {
      const load = async () => {
        passMinutes(0.5);
        return bom;
      };
      expect((await cache.fetch(key, { ttlMs, load })).asOf).toEqual(START);
    });

    it.each([
      ['nothing', null],
      ['no', false],
      ['zero', 0],
      ['an empty text', ''],
    ])('remembers %s as well as anything', async (_case, value) => {
      await cache.fetch<unknown>(key, { ttlMs, load: async () => value });
      expect(await cache.fetch<unknown>(key, { ttlMs, load: outage })).toMatchObject({ value, source: 'CACHE' });
    });

    it('hands out copies that nobody else can spoil', async () => {
      await known();
      (await known()).value.lines.length = 0;
      expect((await known()).value).toEqual(bom);
    });

    it('fails when loading fails and nothing is known', async () => {
      const asking = cache.fetch(key, { ttlMs, load: outage, staleIfErrorMs: MINUTE_MS });
      await expect(asking).rejects.toThrow('the ERP is away');
      expect((await known()).source).toBe('FRESH');
    });

    it('fails when loading fails and nobody allowed an older answer', async () => {
      await known();
      passMinutes(1);
      await expect(cache.fetch(key, { ttlMs, load: outage })).rejects.toThrow('the ERP is away');
    });

    it('serves an older answer to who allows it, as long as they allow', async () => {
      const allowing = { ttlMs, staleIfErrorMs: 30 * MINUTE_MS };
      await cache.fetch(key, { ...allowing, load: async () => bom });
      passMinutes(30.99);
      expect(await cache.fetch(key, { ...allowing, load: outage })).toEqual({
        value: bom,
        asOf: START,
        source: 'STALE',
      });
      await expect(cache.fetch(key, { ttlMs, load: outage })).rejects.toThrow('the ERP is away');
      passMinutes(0.01);
      await expect(cache.fetch(key, { ...allowing, load: outage })).rejects.toThrow('the ERP is away');
    });

    it('judges each of those who ask together by what they allow', async () => {
      await cache.fetch(key, { ttlMs, staleIfErrorMs: MINUTE_MS, load: async () => bom });
      passMinutes(1.5);
      const [allowing, strict] = await Promise.allSettled([
        cache.fetch(key, { ttlMs, staleIfErrorMs: MINUTE_MS, load: outage }),
        cache.fetch(key, { ttlMs, load: outage }),
      ]);
      expect(allowing).toMatchObject({ status: 'fulfilled', value: { source: 'STALE' } });
      expect(strict.status).toBe('rejected');

      const [content, demanding] = await Promise.all([
        cache.fetch(key, { ttlMs: 2 * MINUTE_MS, load: async () => bom }),
        cache.fetch(key, { ttlMs, load: async () => bom }),
      ]);
      expect([content.source, demanding.source]).toEqual(['CACHE', 'FRESH']);
    });

    it('does not keep those waiting who are content with what is known while somebody wants it fresher', async () => {
      await known();
      passMinutes(0.5);
      const slow = held(bom);
      const fresher = cache.fetch(key, { ttlMs: MINUTE_MS / 4, load: slow.load });
      await slow.began;
      expect(await known()).toMatchObject({ source: 'CACHE', asOf: START });
      slow.letGo();
      expect(await fresher).toMatchObject({ source: 'FRESH', asOf: now });
    });

    it('serves nothing older that was forgotten while loading failed', async () => {
      const allowing = { ttlMs, staleIfErrorMs: MINUTE_MS };
      await cache.fetch(key, { ...allowing, load: async () => bom });
      passMinutes(1);
      const slow = held(bom);
      const asking = cache.fetch(key, { ...allowing, load: () => slow.load().then(outage) });
      await slow.began;
      await cache.forget(key);
      slow.letGo();
      await expect(asking).rejects.toThrow('the ERP is away');
    });

    it('forgets, even for those who allow older answers', async () => {
      const allowing = { ttlMs, staleIfErrorMs: MINUTE_MS };
      await cache.fetch(key, { ...allowing, load: async () => bom });
      await cache.forget(key);
      await expect(cache.fetch(key, { ...allowing, load: outage })).rejects.toThrow('the ERP is away');
      expect(await known()).toMatchObject({ source: 'FRESH' });
    });

    it('does not let a load that began before bring back what was forgotten', async () => {
      const slow = held('old');
      const early = cache.fetch(key, { ttlMs, load: slow.load });
      await slow.began;
      await cache.forget(key);
      const late = cache.fetch(key, { ttlMs, load: async () => 'new' });
      expect((await late).value).toBe('new');
      slow.letGo();
      expect((await early).value).toBe('old');
      expect(await cache.fetch(key, { ttlMs, load: outage })).toMatchObject({ value: 'new' });
    });

    it('keeps keys apart', async () => {
      await known();
      const other = `${key}:other`;
      await cache.fetch(other, { ttlMs, load: async () => 'other' });
      await cache.forget(other);
      expect((await known()).source).toBe('CACHE');
    });
  });
}

export const aWhile = () => new Promise((resolve) => setTimeout(resolve, 20));

/** A load that ends when the test says so. */
export function held<Value>(value: Value) {
  let letGo: () => void = () => undefined;
  let begin: () => void = () => undefined;
  const began = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const going = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const load = async () => {
    begin();
    await going;
    return value;
  };
  return { load, began, letGo: () => letGo() };
}
