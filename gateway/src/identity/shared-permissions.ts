/** Permissions that several gateways look up once: in Redis behind each one's memory. */
import type { Cache } from '@enghub/cache/cache';
import type { Grant, PermissionSource } from './permissions.ts';

type Kept = Readonly<{ factories: readonly string[]; permissions: readonly string[]; asOf: string | null }> | null;

/** Half of what a gateway's own memory holds, so that both together are no older than a minute while all is well. */
const SHARED_MS = 15_000;
const UNKNOWN_MS = 2_000;

/**
 * An older answer never serves here while the source is down: what may outlive it, and how long, `permissions.ts` decides
 * by the time when the ERP said so.
 */
export function sharedPermissions(source: PermissionSource, cache: Cache): PermissionSource {
  return {
    async for(userId, tenantId, since) {
      const key = `permissions:${encodeURIComponent(tenantId)}:${encodeURIComponent(userId)}`;
      const load = async (): Promise<Kept> => {
        const granted = await source.for(userId, tenantId, since);
        return granted && { ...granted, asOf: granted.asOf?.toISOString() ?? null };
      };
      const fetchYoungerThan = (ttlMs: number) => cache.fetch<Kept>(key, { ttlMs, load });
      let found = await fetchYoungerThan(SHARED_MS);
      if (since && found.asOf < since) {
        await cache.forget(key);
        found = await fetchYoungerThan(SHARED_MS);
      } else if (found.value === null && found.source === 'CACHE') found = await fetchYoungerThan(UNKNOWN_MS);
      return asGrant(found.value, found.asOf);
    },
  };
}

const asGrant = (kept: Kept, foundAt: Date): Grant | null =>
  kept && { ...kept, asOf: kept.asOf === null ? foundAt : new Date(kept.asOf) };
