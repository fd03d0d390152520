/** Which events wait in retry queues, so that no later event of the same aggregate overtakes one. Pure. */
export type ParkedAggregates = Readonly<{
  /** True when the event has to wait: an earlier one of its aggregate is still being retried. */
  mustWait(aggregateId: string, key: string, now: number): boolean;
  /** The event goes to a retry queue and is expected back by then. */
  park(aggregateId: string, key: string, delayMs: number, now: number): void;
  /** The event is settled for good. */
  settle(aggregateId: string, key: string): void;
  /** How long the aggregate's first event waits each time, for the ones behind it to wait alike. */
  delayOf(aggregateId: string): number | undefined;
}>;

type Parked = { key: string; delayMs: number; expectedBy: number };

// Somebody may have emptied a retry queue by hand: then the ones behind must not wait for ever.
const graceMs = 60_000;

export function createParkedAggregates(): ParkedAggregates {
  const byAggregate = new Map<string, Parked[]>();

  function remove(aggregateId: string, key: string): void {
    const line = byAggregate.get(aggregateId);
    const rest = line?.filter((parked) => parked.key !== key) ?? [];
    if (rest.length > 0) byAggregate.set(aggregateId, rest);
    else byAggregate.delete(aggregateId);
  }

  return {
    mustWait(aggregateId, key, now) {
      for (;;) {
        const first = byAggregate.get(aggregateId)?.[0];
        if (!first || first.key === key) return false;
        if (first.expectedBy + graceMs > now) return true;
        remove(aggregateId, first.key);
      }
    },
    park(aggregateId, key, delayMs, now) {
      const line = byAggregate.get(aggregateId) ?? [];
      const own = line.find((parked) => parked.key === key);
      if (own) Object.assign(own, { delayMs, expectedBy: now + delayMs });
      else line.push({ key, delayMs, expectedBy: now + delayMs });
      byAggregate.set(aggregateId, line);
    },
    settle: remove,
    delayOf: (aggregateId) => byAggregate.get(aggregateId)?.[0]?.delayMs,
  };
}
