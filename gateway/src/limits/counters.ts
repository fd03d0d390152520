/** Counts calls in windows of a minute: in this process, or in Redis for all gateways together. */
import { linkToRedis, type Logger } from '@enghub/cache/redis-link';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';

export type Taken = Readonly<{ ok: true } | { ok: false; waitMs: number }>;

export type Counters = Readonly<{
  /** `times` more calls under this key, of `limit` a minute. A window begins with its first call. */
  take(name: string, key: string, times: number, limit: number): Promise<Taken>;
  /** Whether others count with us at the moment. */
  isShared(): boolean;
  close(): Promise<void>;
}>;

const WINDOW_S = 60;

type MakeLimiter = (options: Readonly<{ keyPrefix: string; points: number; duration: number }>) => RateLimiterAbstract;

export const createMemoryCounters = (): Counters =>
  countersOf(
    (options) => new RateLimiterMemory(options),
    () => false,
    async () => undefined,
  );

/** While Redis is away each process counts for itself: more may pass than the limit says, and nobody is refused for it. */
export async function connectRedisCounters(
  options: Readonly<{ url: string; prefix?: string; logger: Logger }>,
): Promise<Counters> {
  const { url, prefix = 'enghub', logger } = options;
  const link = linkToRedis({
    url,
    channel: `${prefix}:rates`,
    logger,
    meanwhile: 'each process counts calls for itself',
    onMessage: () => undefined,
    catchUp: async () => undefined,
  });
  await link.settled;
  return countersOf(
    ({ keyPrefix, ...limit }) =>
      new RateLimiterRedis({
        ...limit,
        keyPrefix: `${prefix}:rate:${keyPrefix}`,
        storeClient: link.commands,
        rejectIfRedisNotReady: true,
        // Who is over the limit is refused without asking again.
        inMemoryBlockOnConsumed: limit.points + 1,
        insuranceLimiter: new RateLimiterMemory({ ...limit, keyPrefix }),
      }),
    link.isInTouch,
    link.close,
  );
}

export async function openCounters(
  options: Readonly<{ url: string | undefined; prefix?: string | undefined; logger: Logger }>,
): Promise<Counters> {
  const { url, prefix, logger } = options;
  return url === undefined
    ? createMemoryCounters()
    : connectRedisCounters({ url, logger, ...(prefix === undefined ? {} : { prefix }) });
}

function countersOf(make: MakeLimiter, isShared: () => boolean, close: () => Promise<void>): Counters {
  const limiters = new Map<string, RateLimiterAbstract>();
  const limiterFor = (name: string, limit: number): RateLimiterAbstract => {
    const id = `${name}:${limit}`;
    const known = limiters.get(id);
    if (known) return known;
    const limiter = make({ keyPrefix: id, points: limit, duration: WINDOW_S });
    limiters.set(id, limiter);
    return limiter;
  };
  return {
    isShared,
    close,
    async take(name, key, times, limit) {
      try {
        await limiterFor(name, limit).consume(key, times);
        return { ok: true };
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        return { ok: false, waitMs: refused.msBeforeNext };
      }
    },
  };
}
