import type { Db } from '../database.ts';
import type { Activity } from './rules.ts';

/** A shift with the name and day that people know it by. */
export type Occurrence = Readonly<{ shiftDate: string; shift: string; startsAt: Date; endsAt: Date }>;
type Place = Readonly<{ factoryId: string; stationId: string }>;

export async function saveOccurrences(
  tx: Db,
  tenantId: string,
  factoryId: string,
  occurrences: readonly Occurrence[],
): Promise<void> {
  // Mostly they are all known; writing them anyway would make every event of a shift wait for the one before.
  const days = [...new Set(occurrences.map((it) => it.shiftDate))];
  const known = new Set((await occurrencesOn(tx, [factoryId], days)).map((it) => boundsOf(it)));
  for (const { shiftDate, shift, startsAt, endsAt } of occurrences) {
    if (known.has(boundsOf({ factoryId, shiftDate, shift, startsAt, endsAt }))) continue;
    const key = { tenantId, factoryId, shiftDate: new Date(shiftDate), shift };
    await tx.shiftOccurrence.upsert({
      where: { tenantId_factoryId_shiftDate_shift: key },
      create: { ...key, startsAt, endsAt },
      update: { startsAt, endsAt },
    });
  }
}

/** One activity counts once, however often it is told. */
export async function saveActivity(
  tx: Db,
  tenantId: string,
  activity: Activity & Place & Readonly<{ id: string }>,
  occurrences: readonly Occurrence[],
): Promise<void> {
  const { id: activityId, factoryId, stationId, kind, startedAt, endedAt } = activity;
  const quantities =
    activity.kind === 'REPORT'
      ? {
          goodQuantity: String(activity.good),
          scrapQuantity: String(activity.scrap),
          reworkQuantity: String(activity.rework),
          standardRunSeconds: activity.standardRunSeconds === null ? null : String(activity.standardRunSeconds),
        }
      : {};
  const row = { tenantId, activityId, factoryId, stationId, kind, startedAt, endedAt, ...quantities };
  const data = occurrences.map(({ shiftDate, shift }) => ({ ...row, shiftDate: new Date(shiftDate), shift }));
  await tx.shiftActivity.createMany({ data, skipDuplicates: true });
}

/**
 * A correction is an activity beside the one that it corrects, at the same time and with signed quantities: time that is
 * told twice counts once, and quantities add up. What was done at no station of ours has nothing to correct.
 */
export async function saveCorrection(
  tx: Db,
  tenantId: string,
  {
    id,
    correctedId,
    good,
    scrap,
    rework,
  }: Readonly<Record<'id' | 'correctedId' | 'good' | 'scrap' | 'rework', string>>,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO shift_activities (tenant_id, activity_id, shift_date, shift, factory_id, station_id, kind, started_at,
                                  ended_at, good_quantity, scrap_quantity, rework_quantity, standard_run_seconds)
    SELECT tenant_id, ${id}::uuid, shift_date, shift, factory_id, station_id, kind, started_at, ended_at,
           ${good}::numeric, ${scrap}::numeric, ${rework}::numeric, standard_run_seconds
      FROM shift_activities WHERE tenant_id = ${tenantId} AND activity_id = ${correctedId}::uuid
    ON CONFLICT DO NOTHING`;
}

export async function occurrencesOn(
  db: Db,
  factoryIds: readonly string[],
  days: readonly string[],
): Promise<(Occurrence & Readonly<{ factoryId: string }>)[]> {
  const rows = await db.shiftOccurrence.findMany({
    where: { factoryId: { in: [...factoryIds] }, shiftDate: { in: days.map((day) => new Date(day)) } },
    orderBy: { startsAt: 'asc' },
  });
  return rows.map(({ factoryId, shiftDate, shift, startsAt, endsAt }) => ({
    factoryId,
    shiftDate: dayOf(shiftDate),
    shift,
    startsAt,
    endsAt,
  }));
}

type ActivityRow = Place &
  Readonly<{
    shiftDate: string;
    shift: string;
    kind: Activity['kind'];
    startedAt: Date | null;
    endedAt: Date;
    good: string;
    scrap: string;
    rework: string;
    standardRunSeconds: string | null;
  }>;

/** In SQL of our own, because every OEE asks for it: the model would take twice the CPU for its decimals. */
export async function activitiesOn(
  db: Db,
  stationIds: readonly string[],
  days: readonly string[],
): Promise<(Place & Readonly<{ shiftDate: string; shift: string; activity: Activity }>)[]> {
  const rows = await db.$queryRaw<ActivityRow[]>`
    SELECT factory_id AS "factoryId", station_id::text AS "stationId", shift_date::text AS "shiftDate", shift, kind,
           started_at AS "startedAt", ended_at AS "endedAt", good_quantity::text AS good, scrap_quantity::text AS scrap,
           rework_quantity::text AS rework, standard_run_seconds::text AS "standardRunSeconds"
      FROM shift_activities
     WHERE station_id = ANY(${stationIds}::uuid[]) AND shift_date = ANY(${days}::date[])`;
  return rows.map(({ factoryId, stationId, shiftDate, shift, ...row }) => ({
    factoryId,
    stationId,
    shiftDate,
    shift,
    activity: toActivity(row),
  }));
}

function toActivity({ kind, startedAt, endedAt, ...figures }: Omit<ActivityRow, keyof Place | 'shiftDate' | 'shift'>) {
  const activity: Activity =
    kind === 'REPORT' ? { kind, startedAt, endedAt, ...figures } : { kind, startedAt: startedAt ?? endedAt, endedAt };
  return activity;
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10);

const boundsOf = (it: Occurrence & { factoryId: string }) =>
  [it.factoryId, it.shiftDate, it.shift, it.startsAt.getTime(), it.endsAt.getTime()].join(' ');
