import type { Db } from '../database.ts';

/** Counts one on within the plant and period; whoever comes at the same time waits, and gets the one after. */
export async function nextInPeriod(tx: Db, tenantId: string, factoryId: string, period: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ last: number }[]>`
    INSERT INTO lot_counters AS c (tenant_id, factory_id, period, last) VALUES (${tenantId}, ${factoryId}, ${period}, 1)
    ON CONFLICT (tenant_id, factory_id, period) DO UPDATE SET last = c.last + 1
    RETURNING last`;
  return row!.last;
}
