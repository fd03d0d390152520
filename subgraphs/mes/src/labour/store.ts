import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { Job, JobKind } from './rules.ts';

/** How many jobs run at each of these stations. */
export async function countRunning(db: Db, stationIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.job.groupBy({
    by: ['stationId'],
    where: { stationId: { in: [...stationIds] }, endedAt: null },
    _count: { id: true },
  });
  const counts = new Map(rows.map(({ stationId, _count }) => [stationId, _count.id]));
  return new Map(stationIds.map((id) => [id, counts.get(id) ?? 0]));
}

export const toJob = (row: Prisma.JobModel): Job => ({ ...row, kind: row.kind as JobKind });
