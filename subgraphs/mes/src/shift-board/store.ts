import type { Db } from '../database.ts';
import type { Interval, MadeInHour, StationWork } from './hour-rules.ts';
import type { LineSums, ShiftOf } from './rules.ts';

/** What the plan of a board is made of: every statement below answers for all its stations at once. */
export type BoardScope = ShiftOf & Readonly<{ stationIds: readonly string[] }>;
type Runs = Readonly<{ startsAt: Date; endsAt: Date }>;

/** Sums of report rows, latest report first. A shift lies within two days of its date in any zone: no other partitions. */
export async function sumLines(db: Db, { stationIds, shiftDate, shift }: BoardScope): Promise<LineSums[]> {
  return db.$queryRaw<LineSums[]>`
    SELECT station_id::text AS "stationId", work_order_id::text AS "workOrderId", operation_id::text AS "operationId",
           sum(good_quantity)::text AS "goodQuantity", sum(scrap_quantity)::text AS "scrapQuantity",
           sum(rework_quantity)::text AS "reworkQuantity",
           (count(*) FILTER (WHERE correction_of IS NULL))::integer AS "reportCount",
           max(report_time) AS "lastReportedAt",
           (array_agg(operator_id ORDER BY report_time DESC, id DESC))[1] AS "lastOperatorId"
      FROM production_reports
     WHERE station_id = ANY (${[...stationIds]}::uuid[]) AND shift_date = ${shiftDate}::date AND shift = ${shift}
       AND report_time >= ${shiftDate}::date - interval '2 days' AND report_time < ${shiftDate}::date + interval '4 days'
     GROUP BY production_reports.station_id, production_reports.work_order_id, production_reports.operation_id
     ORDER BY max(report_time) DESC, max(id::text) DESC`;
}

export type HourSums = MadeInHour & Readonly<{ stationId: string; operationId: string; firstAt: Date }>;

/**
 * What was made in each hour, by when the work ended. What the plant counts to a shift stays in it: work that ended with
 * the shift belongs to its last hour, and so does whatever an earlier calendar gave to it.
 */
export async function sumHours(db: Db, of: BoardScope, { startsAt, endsAt }: Runs): Promise<HourSums[]> {
  const last = Math.ceil((endsAt.getTime() - startsAt.getTime()) / 3_600_000) - 1;
  return db.$queryRaw<HourSums[]>`
    SELECT station_id::text AS "stationId", operation_id::text AS "operationId", hour,
           sum(good_quantity)::text AS "goodQuantity", sum(scrap_quantity)::text AS "scrapQuantity",
           sum(rework_quantity)::text AS "reworkQuantity", min(coalesce(started_at, report_time)) AS "firstAt"
      FROM (SELECT *, greatest(0, least(${last}::integer,
                     floor(extract(epoch FROM report_time - ${startsAt}::timestamptz) / 3600)::integer)) AS hour
              FROM production_reports
             WHERE station_id = ANY (${[...of.stationIds]}::uuid[])
               AND shift_date = ${of.shiftDate}::date AND shift = ${of.shift}
               AND report_time >= ${of.shiftDate}::date - interval '2 days'
               AND report_time < ${of.shiftDate}::date + interval '4 days') AS reports
     GROUP BY station_id, operation_id, hour`;
}

export type ScrapSums = Readonly<{ stationId: string; reason: string; quantity: string }>;

/** Most first. Without the reasons that corrections took back. */
export async function sumScrap(db: Db, { stationIds, shiftDate, shift }: BoardScope): Promise<ScrapSums[]> {
  return db.$queryRaw<ScrapSums[]>`
    SELECT station_id::text AS "stationId", scrap_reason AS reason, sum(scrap_quantity)::text AS quantity
      FROM production_reports
     WHERE station_id = ANY (${[...stationIds]}::uuid[]) AND shift_date = ${shiftDate}::date AND shift = ${shift}
       AND report_time >= ${shiftDate}::date - interval '2 days' AND report_time < ${shiftDate}::date + interval '4 days'
       AND scrap_reason IS NOT NULL
     GROUP BY station_id, scrap_reason HAVING sum(scrap_quantity) > 0
     ORDER BY sum(scrap_quantity) DESC, scrap_reason`;
}

type WorkRow = Readonly<Omit<StationWork, 'from'> & { plannedFrom: Date | null; startedAt: Date | null }>;

/**
 * Operations planned at the stations in the shift; of those that nobody planned, the ones that were reported there in it,
 * that run there now, and the one that each station reported last before it. What an operation had made before the shift is
 * its sum less the reports since: few on the board of a shift that runs, however long the order.
 */
export async function findWork(
  db: Db,
  { stationIds }: BoardScope,
  { startsAt, endsAt }: Runs,
  reported: readonly Readonly<{ stationId: string; operationId: string; firstAt: Date }>[],
): Promise<StationWork[]> {
  const pairs = reported.map(({ stationId, operationId }) => `${stationId} ${operationId}`);
  const rows = await db.$queryRaw<WorkRow[]>`
    WITH station AS (SELECT unnest(${[...stationIds]}::uuid[]) AS id), candidates AS (
      SELECT o.station_id, o.id FROM work_order_operations o
       WHERE o.station_id = ANY (${[...stationIds]}::uuid[]) AND o.planned_start_at < ${endsAt}
         AND o.planned_start_at > ${startsAt}::timestamptz - interval '60 days' AND o.planned_end_at > ${startsAt}
      UNION
      SELECT split_part(pair, ' ', 1)::uuid, split_part(pair, ' ', 2)::uuid FROM unnest(${pairs}::text[]) AS pair
      UNION
      SELECT j.station_id, j.operation_id FROM jobs j
       WHERE j.station_id = ANY (${[...stationIds]}::uuid[]) AND j.ended_at IS NULL AND j.started_at < ${endsAt}
      UNION
      SELECT station.id, latest.operation_id
        FROM station, LATERAL (
          SELECT r.operation_id FROM production_reports r
           WHERE r.station_id = station.id AND r.report_time < ${startsAt}
             AND r.report_time >= ${startsAt}::timestamptz - interval '7 days'
           ORDER BY r.report_time DESC LIMIT 1) AS latest
    )
    SELECT c.station_id::text AS "stationId", o.id::text AS "operationId", o.work_order_id::text AS "workOrderId",
           o.planned_start_at AS "plannedFrom", o.started_at AS "startedAt",
           CASE WHEN o.planned_start_at IS NULL THEN coalesce(o.finished_at, w.completed_at) ELSE o.planned_end_at END AS "to",
           coalesce(o.run_seconds_per_piece, o.run_seconds_per_batch / nullif(o.batch_quantity, 0))::text AS "secondsPerPiece",
           (w.quantity + o.returned_quantity - o.good_quantity + coalesce(since.good, 0))::text AS "remainingQuantity"
      FROM candidates c
      JOIN work_order_operations o ON o.id = c.id
      JOIN work_orders w ON w.id = o.work_order_id
      LEFT JOIN LATERAL (
        SELECT sum(r.good_quantity) AS good FROM production_reports r
         WHERE r.work_order_id = o.work_order_id AND r.operation_id = o.id AND r.report_time >= ${startsAt}) AS since ON true
     WHERE o.status <> 'SKIPPED' AND w.status NOT IN ('DRAFT', 'PLANNED', 'CANCELLED')
     ORDER BY o.planned_start_at NULLS LAST, o.id`;
  const firstAt = new Map<string, Date>();
  for (const it of reported) {
    const key = `${it.stationId} ${it.operationId}`;
    const known = firstAt.get(key);
    if (!known || it.firstAt < known) firstAt.set(key, it.firstAt);
  }
  return rows.map(({ plannedFrom, startedAt, ...row }) => {
    // What was told afterwards ran before anybody said that it had begun.
    const first = firstAt.get(`${row.stationId} ${row.operationId}`);
    const ran = startedAt && first ? (startedAt < first ? startedAt : first) : (first ?? startedAt);
    return { ...row, from: plannedFrom ?? ran };
  });
}

/** Of these operations those after which their order has none at the stations: their pieces leave the line. */
export async function findOutputs(
  db: Db,
  stationIds: readonly string[],
  operationIds: readonly string[],
): Promise<Set<string>> {
  if (operationIds.length === 0) return new Set();
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT o.id::text AS id FROM work_order_operations o
     WHERE o.id = ANY (${[...operationIds]}::uuid[])
       AND NOT EXISTS (
             SELECT FROM work_order_operations later
              WHERE later.work_order_id = o.work_order_id AND later.sequence > o.sequence AND later.status <> 'SKIPPED'
                AND (later.station_id = ANY (${[...stationIds]}::uuid[]) OR later.id = ANY (${[...operationIds]}::uuid[])))`;
  return new Set(rows.map(({ id }) => id));
}

export type Gap = Interval & Readonly<{ stationId: string }>;

/** The time of the shift until `until` that no report, time event or job at the station covers. */
export async function findGaps(
  db: Db,
  { stationIds, shiftDate }: BoardScope,
  startsAt: Date,
  until: Date,
): Promise<Gap[]> {
  if (until <= startsAt) return [];
  // Work lasts at most seven days, so nothing that ended later touches the shift.
  return db.$queryRaw<Gap[]>`
    WITH spans AS (
      SELECT station_id, tstzrange(started_at, report_time) AS span FROM production_reports
       WHERE station_id = ANY (${[...stationIds]}::uuid[]) AND report_time > ${startsAt}
         AND report_time < ${until}::timestamptz + interval '7 days' AND started_at < ${until} AND started_at < report_time
      UNION ALL
      SELECT station_id, tstzrange(started_at, ended_at) FROM time_events
       WHERE station_id = ANY (${[...stationIds]}::uuid[]) AND started_at < ${until} AND ended_at > ${startsAt}
         AND started_at < ended_at
         AND shift_date BETWEEN ${shiftDate}::date - 2 AND ${shiftDate}::date + 9
      UNION ALL
      SELECT station_id, tstzrange(started_at, coalesce(ended_at, ${until})) FROM jobs
       WHERE station_id = ANY (${[...stationIds]}::uuid[]) AND started_at < ${until}
         AND (ended_at IS NULL OR ended_at > ${startsAt} AND ended_at > started_at)
         AND NOT EXISTS (SELECT FROM job_voids v WHERE v.job_id = jobs.id)
    ), gaps AS (
      SELECT station.id, unnest(
               tstzmultirange(tstzrange(${startsAt}, ${until}))
               - coalesce((SELECT range_agg(span) FROM spans WHERE spans.station_id = station.id), '{}')) AS gap
        FROM unnest(${[...stationIds]}::uuid[]) AS station(id)
    )
    SELECT id::text AS "stationId", lower(gap) AS "from", upper(gap) AS "to" FROM gaps ORDER BY id, lower(gap)`;
}

export type RunningJob = Readonly<{ stationId: string; workOrderId: string; operatorId: string | null }>;

/** Jobs that run at the stations at an instant, latest begun first. */
export async function findJobs(db: Db, stationIds: readonly string[], at: Date): Promise<RunningJob[]> {
  return db.$queryRaw<RunningJob[]>`
    SELECT station_id::text AS "stationId", work_order_id::text AS "workOrderId", operator_id AS "operatorId"
      FROM jobs
     WHERE station_id = ANY (${[...stationIds]}::uuid[]) AND ended_at IS NULL AND started_at <= ${at}
       AND NOT EXISTS (SELECT FROM job_voids v WHERE v.job_id = jobs.id)
     ORDER BY started_at DESC, id DESC`;
}

export type ShiftTarget = ShiftOf &
  Readonly<{ placeId: string; factoryId: string; quantity: string; setBy: string; setAt: Date }>;

export async function findTargets(db: Db, placeIds: readonly string[], of: ShiftOf): Promise<ShiftTarget[]> {
  const rows = await db.shiftTarget.findMany({
    where: { placeId: { in: [...placeIds] }, shiftDate: new Date(of.shiftDate), shift: of.shift },
  });
  return rows.map(({ placeId, factoryId, quantity, setBy, setAt }) => ({
    placeId,
    factoryId,
    shiftDate: of.shiftDate,
    shift: of.shift,
    quantity: quantity.toFixed(),
    setBy,
    setAt,
  }));
}

export async function saveTarget(tx: Db, tenantId: string, target: ShiftTarget): Promise<void> {
  const { placeId, shift, factoryId, quantity, setBy, setAt } = target;
  const shiftDate = new Date(target.shiftDate);
  await tx.shiftTarget.upsert({
    where: { placeId_shiftDate_shift: { placeId, shiftDate, shift } },
    create: { placeId, shiftDate, shift, tenantId, factoryId, quantity, setBy, setAt },
    update: { quantity, setBy, setAt },
  });
}

export async function removeTarget(tx: Db, placeId: string, of: ShiftOf): Promise<void> {
  await tx.shiftTarget.deleteMany({ where: { placeId, shiftDate: new Date(of.shiftDate), shift: of.shift } });
}

export async function findLineOf(db: Db, stationId: string): Promise<string | null> {
  const station = await db.station.findFirst({ where: { id: stationId }, select: { lineId: true } });
  return station?.lineId ?? null;
}
