import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { TimePage } from '../time-cursor.ts';
import type { ReportConflict } from './rules.ts';

export type ConflictFilter = Readonly<{
  kind?: readonly ReportConflict['kind'][] | null | undefined;
  workOrderId?: string | null | undefined;
  since?: Date | null | undefined;
}>;

export async function insertConflicts(
  db: Db,
  conflicts: readonly (ReportConflict & Readonly<{ tenantId: string }>)[],
): Promise<void> {
  await db.reportConflict.createMany({ data: conflicts.map(({ at, ...row }) => ({ ...row, createdAt: at })) });
}

/** Latest first. */
export async function pageOfConflicts(
  db: Db,
  factoryId: string,
  page: TimePage,
  { kind, workOrderId, since }: ConflictFilter,
): Promise<ReportConflict[]> {
  const rows = await db.reportConflict.findMany({
    where: {
      factoryId,
      ...(kind == null ? {} : { kind: { in: [...kind] } }),
      ...(workOrderId == null ? {} : { workOrderId }),
      AND: [since == null ? {} : { createdAt: { gte: since } }, page.before ? olderThan(page.before) : {}],
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: page.first + 1,
  });
  return rows.map(toConflict);
}

const olderThan = ({ at, id }: { at: Date; id: string }) => ({
  createdAt: { lte: at },
  OR: [{ createdAt: { lt: at } }, { id: { lt: id } }],
});

/** One page of each order, latest first, in one query. */
export async function pagesOfConflicts(
  db: Db,
  workOrderIds: readonly string[],
  { first, before }: TimePage,
): Promise<ReportConflict[]> {
  const found = await db.$queryRaw<{ id: string }[]>`
    SELECT page.id::text AS id
      FROM unnest(${[...workOrderIds]}::uuid[]) AS work_order(id),
           LATERAL (SELECT c.id FROM report_conflicts c
                     WHERE c.work_order_id = work_order.id
                       AND (${before?.at ?? null}::timestamptz IS NULL
                            OR (c.created_at, c.id) < (${before?.at ?? null}::timestamptz, ${before?.id ?? null}::uuid))
                     ORDER BY c.created_at DESC, c.id DESC LIMIT ${first + 1}) AS page`;
  const rows = await db.reportConflict.findMany({
    where: { id: { in: found.map(({ id }) => id) } },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
  });
  return rows.map(toConflict);
}

const toConflict = (row: Prisma.ReportConflictModel): ReportConflict => ({
  id: row.id,
  factoryId: row.factoryId,
  kind: row.kind as ReportConflict['kind'],
  outcome: row.outcome as ReportConflict['outcome'],
  workOrderId: row.workOrderId,
  operationId: row.operationId,
  stationId: row.stationId,
  reportId: row.reportId,
  requestId: row.requestId,
  userId: row.userId,
  limit: row.limit?.toFixed() ?? null,
  actual: row.actual?.toFixed() ?? null,
  at: row.createdAt,
});
