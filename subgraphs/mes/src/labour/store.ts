import { storable } from '@enghub/subgraph-kit/instants';
import { isId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { TimePage } from '../time-cursor.ts';
import type { Job, JobKind, JobVoid } from './rules.ts';

/** The operations that somebody is on at each of these stations. */
export async function findRunningAt(db: Db, stationIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await db.job.groupBy({
    by: ['stationId', 'operationId'],
    where: { stationId: { in: [...stationIds] }, endedAt: null },
  });
  const running = new Map<string, string[]>(stationIds.map((id) => [id, []]));
  for (const { stationId, operationId } of rows) running.get(stationId)!.push(operationId);
  return running;
}

/** Those that began first come first. */
export async function findRunning(db: Db, operationIds: readonly string[]): Promise<Job[]> {
  const rows = await db.job.findMany({
    where: { operationId: { in: [...operationIds] }, endedAt: null },
    orderBy: [{ startedAt: 'asc' }, { id: 'asc' }],
  });
  return rows.map((row) => toJob({ ...row, void: null }));
}

export async function findJobs(db: Db, ids: readonly string[]): Promise<Job[]> {
  const wellFormed = ids.filter(isId);
  return (await db.job.findMany({ where: { id: { in: wellFormed } }, include: { void: true } })).map(toJob);
}

export async function insertJob(tx: Db, tenantId: string, job: Job, createdAt: Date): Promise<void> {
  const { void: _, ...columns } = job;
  await tx.job.createMany({ data: [{ ...columns, tenantId, createdAt }] });
}

/** Ends what still runs of these; answers how many. */
export async function endJobs(tx: Db, ids: readonly string[], at: Date): Promise<number> {
  const { count } = await tx.job.updateMany({ where: { id: { in: [...ids] }, endedAt: null }, data: { endedAt: at } });
  return count;
}

/** What still runs on an order and began by this instant. */
export async function findRunningOn(db: Db, workOrderId: string, startedBy: Date): Promise<Job[]> {
  const rows = await db.job.findMany({ where: { workOrderId, endedAt: null, startedAt: { lte: startedBy } } });
  return rows.map((row) => toJob({ ...row, void: null }));
}

/** False when somebody voided it before. */
export async function insertVoid(
  tx: Db,
  owner: { tenantId: string; factoryId: string },
  jobId: string,
  why: JobVoid,
): Promise<boolean> {
  const { count } = await tx.jobVoid.createMany({ data: [{ ...owner, jobId, ...why }], skipDuplicates: true });
  return count === 1;
}

/** The jobs of these orders, and whatever else their operators were on meanwhile: what shares are worked out from. */
export async function findJobsAround(db: Db, workOrderIds: readonly string[], now: Date): Promise<Job[]> {
  const found = await db.$queryRaw<Row[]>`
    WITH own AS MATERIALIZED (
      SELECT j.* FROM jobs j
       WHERE j.work_order_id = ANY(${workOrderIds}::uuid[])
         AND NOT EXISTS (SELECT FROM job_voids v WHERE v.job_id = j.id)),
    spans AS (
      SELECT factory_id, operator_id, min(started_at) AS from_at, max(coalesce(ended_at, ${now}::timestamptz)) AS to_at
        FROM own WHERE operator_id IS NOT NULL GROUP BY factory_id, operator_id),
    around AS (
      SELECT * FROM own
      UNION
      SELECT j.* FROM spans s
        JOIN jobs j ON j.factory_id = s.factory_id AND j.operator_id = s.operator_id
                   AND j.started_at < s.to_at AND (j.ended_at IS NULL OR j.ended_at > s.from_at)
       WHERE NOT EXISTS (SELECT FROM job_voids v WHERE v.job_id = j.id))
    SELECT id::text, factory_id AS "factoryId", work_order_id::text AS "workOrderId",
           operation_id::text AS "operationId", station_id::text AS "stationId", kind, operator_id AS "operatorId",
           started_at AS "startedAt", ended_at AS "endedAt", recorded_by AS "recordedBy"
      FROM around ORDER BY started_at, id`;
  return found.map((row) => ({ ...row, void: null }));
}

type Row = Omit<Job, 'void'>;

export async function findJobsOfOperator(
  db: Db,
  factoryId: string,
  operatorId: string,
  within: { from: number; to: number },
): Promise<Job[]> {
  const rows = await db.job.findMany({
    where: {
      factoryId,
      operatorId,
      startedAt: { lt: storable(within.to) },
      OR: [{ endedAt: null }, { endedAt: { gt: storable(within.from) } }],
      void: null,
    },
    include: { void: true },
    orderBy: [{ startedAt: 'asc' }, { id: 'asc' }],
  });
  return rows.map(toJob);
}

/** One page of each order, latest first; a row beyond `first` only tells that there is more. */
export async function pagesOfJobs(
  db: Db,
  workOrderIds: readonly string[],
  { first, before }: TimePage,
): Promise<Job[]> {
  const found = await db.$queryRaw<{ id: string }[]>`
    SELECT page.id::text AS id
      FROM unnest(${[...workOrderIds]}::uuid[]) AS work_order(id),
           LATERAL (SELECT j.id FROM jobs j
                     WHERE j.work_order_id = work_order.id
                       AND (${before?.at ?? null}::timestamptz IS NULL
                            OR (j.started_at, j.id) < (${before?.at ?? null}::timestamptz, ${before?.id ?? null}::uuid))
                     ORDER BY j.started_at DESC, j.id DESC LIMIT ${first + 1}) AS page`;
  const jobs = await findJobs(
    db,
    found.map(({ id }) => id),
  );
  return jobs.sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime() || (a.id < b.id ? 1 : -1));
}

const toJob = (row: Prisma.JobModel & { void: Prisma.JobVoidModel | null }): Job => ({
  id: row.id,
  factoryId: row.factoryId,
  workOrderId: row.workOrderId,
  operationId: row.operationId,
  stationId: row.stationId,
  kind: row.kind as JobKind,
  operatorId: row.operatorId,
  startedAt: row.startedAt,
  endedAt: row.endedAt,
  recordedBy: row.recordedBy,
  void: row.void && { reason: row.void.reason, voidedBy: row.void.voidedBy, voidedAt: row.void.voidedAt },
});
