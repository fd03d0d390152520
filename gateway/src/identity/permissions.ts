/** What a user may do, asked from those who know and remembered for a while. */
import type { Claims } from '@enghub/subgraph-kit/claims';
import { boundedCache } from '../bounded-cache.ts';

export type Granted = Readonly<{ factories: readonly string[]; permissions: readonly string[] }>;

/** Knows users; null for one it has never heard of. Throws when it cannot tell. */
export type PermissionSource = Readonly<{
  /** `since` is when a change was announced: what a source that remembers knows from before it is out of date. */
  for(userId: string, tenantId: string, since?: Date): Promise<Grant | null>;
}>;

const outdatedBy = Symbol('permissions outdated');

/** Thrown by a source that cannot tell what they are now, but knows that they changed at that time. */
export const permissionsOutdated = (changedAt: Date): Error =>
  Object.assign(new Error('permissions: changed, and nobody can say how'), { [outdatedBy]: changedAt.getTime() });

const isOutdatedBy = (error: unknown, asOf: number): boolean =>
  error instanceof Error && outdatedBy in error && asOf < (error[outdatedBy] as number);

/** `asOf` is when the ERP said so, for a source that remembers too; otherwise it is the moment of the question. */
export type Grant = Granted & Readonly<{ asOf?: Date | undefined }>;

export type PermissionAnswer =
  Readonly<{ ok: true; granted: Granted }> | Readonly<{ ok: false; reason: 'UNKNOWN_USER' | 'UNREACHABLE' }>;

export type Permissions = Readonly<{
  for(userId: string, tenantId: string): Promise<PermissionAnswer>;
  /** Permissions of this user, or of anybody, are other than they were: the next question is asked afresh. */
  changed(userId?: string): void;
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

/** `asOf` is how old the answer is; `change` the newest announcement that it was asked after. */
type Entry = {
  granted: Granted | null;
  asOf: number;
  askAgainAt: number;
  change: Change;
  asking: Promise<void> | null;
};

/** Announcements so far, to everybody and to this user. */
type Change = Readonly<{ general: number; own: number; at: number }>;

const NONE: Change = { general: 0, own: 0, at: -Infinity };

/** Asks once for many waiting requests, and lives through an outage of the source for as long as `usableMs`. */
export function rememberPermissions(
  source: PermissionSource,
  now: () => number = Date.now,
  times: PermissionTimes = defaultTimes,
): Permissions {
  const entries = boundedCache<Entry>(10_000);
  const ownChanges = boundedCache<Change>(10_000);
  let generalChange = NONE;

  function changeOf(userId: string): Change {
    const { own, at } = ownChanges.get(userId) ?? NONE;
    return { general: generalChange.general, own, at: Math.max(at, generalChange.at) };
  }

  /** After an announcement another one: what was asked before it is about the time before. */
  function entryFor(userId: string, tenantId: string): Entry {
    const key = JSON.stringify([tenantId, userId]);
    const change = changeOf(userId);
    const known = entries.get(key);
    if (known?.change.general === change.general && known.change.own === change.own) return known;
    // What is known serves on while nobody can be asked, unless it was this user's that changed.
    const kept = known?.change.own === change.own ? known : { granted: null, asOf: -Infinity };
    const { granted, asOf } = kept;
    return entries.set(key, { granted, asOf, askAgainAt: -Infinity, change, asking: null });
  }

  async function ask(entry: Entry, userId: string, tenantId: string): Promise<void> {
    const { at: changedAt } = entry.change;
    try {
      const askedAt = now();
      const granted = await source.for(userId, tenantId, changedAt === -Infinity ? undefined : new Date(changedAt));
      const asOf = granted?.asOf?.getTime() ?? askedAt;
      // Who answers from an older memory than ours gives nothing back that was taken away since.
      if (asOf >= entry.asOf) {
        // An unchanged answer stays the same object: what is derived from it stays remembered.
        if (!sameGrant(entry.granted, granted)) entry.granted = granted && withoutAge(granted);
        entry.asOf = asOf;
      }
      // Whoever answers as of a time before the change has not heard of it yet.
      const isLasting = entry.granted !== null && asOf >= changedAt;
      entry.askAgainAt = now() + (isLasting ? times.freshMs : times.retryMs);
    } catch (error) {
      entry.askAgainAt = now() + times.retryMs;
      if (isOutdatedBy(error, entry.asOf)) {
        entry.granted = null;
        entry.asOf = -Infinity;
      }
    } finally {
      entry.asking = null;
    }
  }

  return {
    async for(userId, tenantId) {
      const entry = entryFor(userId, tenantId);
      if (now() >= entry.askAgainAt) await (entry.asking ??= ask(entry, userId, tenantId));

      const age = now() - entry.asOf;
      if (entry.granted && age < times.usableMs) return { ok: true, granted: entry.granted };
      return { ok: false, reason: !entry.granted && age < times.usableMs ? 'UNKNOWN_USER' : 'UNREACHABLE' };
    },
    changed(userId) {
      if (userId === undefined) generalChange = { ...generalChange, general: generalChange.general + 1, at: now() };
      else ownChanges.set(userId, { ...NONE, own: (ownChanges.get(userId)?.own ?? 0) + 1, at: now() });
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
