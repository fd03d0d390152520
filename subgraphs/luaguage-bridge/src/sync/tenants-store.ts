import type { Db } from '../database.ts';

/** A tenant for whom sales orders are pulled, and how far that came. */
export type Pull = Readonly<{ tenantId: string; cursor: string | null; attempts: number }>;

/** Sees the list of tenants and nothing else. */
export const SCHEDULER_TENANT = 'system:scheduler';

export async function rememberTenant(db: Db, tenantId: string, at: Date): Promise<void> {
  await db.erpTenant.createMany({ data: [{ tenantId, nextPullAt: at }], skipDuplicates: true });
}

export const findTenants = async (db: Db): Promise<string[]> =>
  (await db.erpTenant.findMany({ select: { tenantId: true }, orderBy: { tenantId: 'asc' } })).map((it) => it.tenantId);

/** Takes the pull for itself until `until`, if it is due. */
export async function takePull(db: Db, now: Date, until: Date): Promise<Pull | null> {
  const [taken] = await db.erpTenant.updateManyAndReturn({
    where: { nextPullAt: { lte: now } },
    data: { nextPullAt: until },
  });
  return taken ? { tenantId: taken.tenantId, cursor: taken.salesOrderCursor, attempts: taken.attempts } : null;
}

export async function pulledTo(db: Db, cursor: string, at: Date, nextPullAt: Date): Promise<void> {
  await db.erpTenant.updateMany({
    data: { salesOrderCursor: cursor, pulledAt: at, nextPullAt, attempts: 0, lastError: null },
  });
}

export async function pullFailed(db: Db, error: string, nextPullAt: Date): Promise<void> {
  await db.erpTenant.updateMany({ data: { attempts: { increment: 1 }, lastError: error, nextPullAt } });
}

/** Somebody said that there is something to pull. */
export async function pullNow(db: Db, at: Date): Promise<void> {
  await db.erpTenant.updateMany({ data: { nextPullAt: at } });
}
