/** What a user may do, asked from those who know and remembered for a while. */
import type { Claims } from '@enghub/subgraph-kit/claims';
import { boundedCache } from '../bounded-cache.ts';

export type Granted = Readonly<{ factories: readonly string[]; permissions: readonly string[] }>;

/** Knows users; null for one it has never heard of. Throws when it cannot tell. */
export type PermissionSource = Readonly<{ for(userId: string, tenantId: string): Promise<Grant | null> }>;

/** `asOf` is when the ERP said so, for a source that remembers too; otherwise it is the moment of the question. */
export type Grant = Granted & Readonly<{ asOf?: Date | undefined }>;

export type PermissionAnswer =
  Readonly<{ ok: true; granted: Granted }> | Readonly<{ ok: false; reason: 'UNKNOWN_USER' | 'UNREACHABLE' }>;

export type Permissions = Readonly<{
  for(userId: string, tenantId: string): Promise<PermissionAnswer>;
  /** The next question about this user is asked afresh. */
  forget(userId: string): void;
}>;

export type PermissionTimes = Readonly<{
  /** Younger answers are used without asking. */
  freshMs: number;
  /** Older answers are not used even when the source is down. */
  usableMs: number;
  /** A source that failed, or knew nobody, is not asked again for this long. */
  retryMs: number;
}>;

const defaultTimes: PermissionTimes = { freshMs: 30_000, usableMs: 5 * 60_000, retryMs: 2_000 };

/** `at` is when we asked, `asOf` is how old the answer is. */
type Entry = { granted: Granted | null; at: number; asOf: number; failedAt: number; asking: Promise<void> | null };

/** Asks once for many waiting requests, and lives through an outage of the source for as long as `usableMs`. */
export function rememberPermissions(
  source: PermissionSource,
  now: () => number = Date.now,
  times: PermissionTimes = defaultTimes,
): Permissions {
  const entries = boundedCache<Entry>(10_000);
  const generations = new Map<string, number>();

  async function ask(entry: Entry, userId: string, tenantId: string): Promise<void> {
    const generation = generations.get(userId) ?? 0;
    try {
      const askedAt = now();
      const granted = await source.for(userId, tenantId);
      if ((generations.get(userId) ?? 0) !== generation) return;
      // An unchanged answer stays the same object: what is derived from it stays remembered.
      if (!sameGrant(entry.granted, granted)) entry.granted = granted && withoutAge(granted);
      entry.at = now();
      entry.asOf = granted?.asOf?.getTime() ?? askedAt;
      entry.failedAt = -Infinity;
    } catch {
      entry.failedAt = now();
    } finally {
      entry.asking = null;
    }
  }

  return {
    async for(userId, tenantId) {
      const key = JSON.stringify([tenantId, userId]);
      const blank = (): Entry => ({ granted: null, at: -Infinity, asOf: -Infinity, failedAt: -Infinity, asking: null });
      const entry = entries.get(key) ?? entries.set(key, blank());

      const freshFor = entry.granted ? times.freshMs : times.retryMs;
      const isDue = now() - entry.at >= freshFor && now() - entry.failedAt >= times.retryMs;
      if (isDue) await (entry.asking ??= ask(entry, userId, tenantId));

      const age = now() - entry.asOf;
      if (entry.granted && age < times.usableMs) return { ok: true, granted: entry.granted };
      return { ok: false, reason: !entry.granted && age < times.usableMs ? 'UNKNOWN_USER' : 'UNREACHABLE' };
    },
    forget(userId) {
      generations.set(userId, (generations.get(userId) ?? 0) + 1);
      entries.deleteWhere((key) => (JSON.parse(key) as string[])[1] === userId);
    },
  };
}

const withoutAge = ({ factories, permissions }: Grant): Granted => ({ factories, permissions });

export function sameGrant(one: Granted | null, other: Granted | null): boolean {
  if (!one || !other) return one === other;
  return sameSet(one.factories, other.factories) && sameSet(one.permissions, other.permissions);
}

/** True when something that was granted no longer is. */
export const lost = (before: Granted, after: Granted): boolean =>
  before.factories.some((it) => !after.factories.includes(it)) ||
  before.permissions.some((it) => !after.permissions.includes(it));

const sameSet = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((it) => other.includes(it));

export const grantOf = ({ factoryIds, permissions }: Claims): Granted => ({ factories: factoryIds, permissions });
