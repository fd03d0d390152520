/** What stations can do on which days: remembered where that is safe, see docs/decisions/0013-stock.md. */
import { newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Station } from '../stations/commands.ts';
import type { DayCapacity } from './rules.ts';

const TTL_MS = 10 * 60_000;

/**
 * All that the figures follow from is in their key: the calendar and the rules by version, the station by what it is.
 * So nothing needs to be forgotten when one of them changes, and the caller has read the station, as the user may.
 */
export async function rememberedCapacity(
  { cache, claims }: Context,
  { id, capacity, retiredAt }: Station,
  calendarVersion: number,
  days: readonly string[],
  load: (day: string) => Promise<DayCapacity>,
): Promise<readonly DayCapacity[]> {
  if (!cache) return Promise.all(days.map(load));
  const { value: rulesVersion } = await cache.fetch(rulesKey(claims.tenantId, id), {
    ttlMs: TTL_MS,
    load: () => Promise.resolve(newId()),
  });
  const versions = [calendarVersion, rulesVersion, capacity, retiredAt?.getTime() ?? ''];
  return Promise.all(
    days.map(async (day) => {
      const key = keyOf('station_capacity', claims.tenantId, id, day, ...versions);
      return revived((await cache.fetch(key, { ttlMs: TTL_MS, load: () => load(day) })).value);
    }),
  );
}

/** Gives the station's rules a new version: what was found out by the old one is asked for no more. */
export async function forgetCapacity({ cache, claims }: Context, stationId: string): Promise<void> {
  await cache?.forget(rulesKey(claims.tenantId, stationId));
}

const keyOf = (...parts: readonly (string | number)[]): string => parts.map(encodeURIComponent).join(':');
const rulesKey = (tenantId: string, stationId: string): string => keyOf('station_capacity_rules', tenantId, stationId);

/** A cache keeps JSON, which has no dates. */
const revived = (day: DayCapacity): DayCapacity => ({
  ...day,
  shifts: day.shifts.map(({ shift, ...figures }) => ({
    ...figures,
    shift: { ...shift, startsAt: new Date(shift.startsAt), endsAt: new Date(shift.endsAt) },
  })),
});
