/** How far the slowest consumer is behind the reports, looked at while a run goes on. */
import { setTimeout as pause } from 'node:timers/promises';
import type { BrokerQueues } from './broker-queues.ts';
import { openDatabase } from './facts.ts';

/**
 * With more than this, gathered reports wait with their terminals. So a run accepts what its machine can carry to the
 * end, and the minute to converge measures the system and not the machine.
 */
const AT_MOST = 1_000;
const LOOK_EVERY_MS = 1_500;

export type Backlog = Readonly<{ isLong(): boolean; close(): Promise<void> }>;

/** `urlOf` is asked each time: another server may lead by then. */
export function watchBacklog(urlOf: () => string, queues: BrokerQueues | null): Backlog {
  let open = true;
  let behind = 0;

  async function look(): Promise<number> {
    const database = await openDatabase(urlOf());
    try {
      const { due, counted, activities, activitiesDue } = await database.effects();
      const tables = Math.max(due - counted, activitiesDue - activities, await database.waiting());
      // While the broker is away, or its line silent, nothing is known of its queues.
      const asked = queues?.waiting().catch(() => null);
      const lengths = await Promise.race([asked, pause(5_000, null)]);
      return Math.max(tables, ...(lengths?.values() ?? []));
    } finally {
      await database.close();
    }
  }

  async function watch(): Promise<void> {
    while (open) {
      // While the database is away, nobody reports anyway.
      behind = await look().catch(() => behind);
      await pause(LOOK_EVERY_MS);
    }
  }

  const watching = watch();
  return {
    isLong: () => behind > AT_MOST,
    async close() {
      open = false;
      await watching;
    },
  };
}
