import type { Cache } from './cache.ts';
import { createMemoryCache } from './memory-cache.ts';
import { connectRedisCache, type RedisCacheOptions } from './redis-cache.ts';

/** In Redis where there is one, or else in this process. */
export async function openCache(
  options: Omit<RedisCacheOptions, 'url'> & Readonly<{ url: string | undefined }>,
): Promise<Cache> {
  const { url, ...rest } = options;
  return url === undefined ? createMemoryCache(rest) : connectRedisCache({ ...rest, url });
}
