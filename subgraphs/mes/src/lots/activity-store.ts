import type { Db } from '../database.ts';
import type { TimePage } from '../time-cursor.ts';
import type { ActivityKind, Portion } from './activity-rules.ts';

export type LotActivity = Readonly<{
  id: string;
  factoryId: string;
  kind: ActivityKind;
  workOrderId: string | null;
  shipmentReference: string | null;
  customerId: string | null;
  lossQuantity: string;
  reason: string | null;
  requestId: string;
  recordedBy: string;
  recordedAt: Date;
}>;

export type ActivityLine = Readonly<{
  activityId: string;
  role: 'INPUT' | 'OUTPUT';
  position: number;
  lotId: string;
  quantity: string;
  locationId: string | null;
}>;

export async function findActivities(db: Db, ids: readonly string[]): Promise<LotActivity[]> {
  const rows = await db.lotActivity.findMany({ where: { id: { in: [...ids] } } });
  return rows.map(({ tenantId: _, lossQuantity, kind, ...row }) => ({
    ...row,
    kind: kind as ActivityKind,
    lossQuantity: lossQuantity.toFixed(),
  }));
}

export async function findLinesOf(db: Db, activityIds: readonly string[]): Promise<ActivityLine[]> {
  const rows = await db.lotActivityLot.findMany({
    where: { activityId: { in: [...activityIds] } },
    orderBy: { position: 'asc' },
  });
  return rows.map(({ activityId, role, position, lotId, quantity, locationId }) => ({
    activityId,
    role: role as ActivityLine['role'],
    position,
    lotId,
    quantity: quantity.toFixed(),
    locationId,
  }));
}

/** Activities that a lot takes part in, latest first. */
export async function pageOfActivities(db: Db, lotId: string, page: TimePage): Promise<LotActivity[]> {
  const { first, before } = page;
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT a.id::text
      FROM lot_activities a
     WHERE a.id IN (SELECT activity_id FROM lot_activity_lots WHERE lot_id = ${lotId}::uuid)
       AND (${before?.at ?? null}::timestamptz IS NULL OR (a.recorded_at, a.id) < (${before?.at ?? null}, ${before?.id ?? null}::uuid))
     ORDER BY a.recorded_at DESC, a.id DESC LIMIT ${first + 1}`;
  const found = new Map((await findActivities(db, rows.map(({ id }) => id))).map((it) => [it.id, it])); // prettier-ignore
  return rows.map(({ id }) => found.get(id)!);
}

/** Writes what was done, and the links between what went in and what came out: once for each pair of lots. */
export async function insertActivity(
  tx: Db,
  tenantId: string,
  activity: LotActivity,
  lines: readonly ActivityLine[],
): Promise<void> {
  const { factoryId, recordedAt: createdAt } = activity;
  await tx.lotActivity.create({ data: { ...activity, tenantId } });
  await tx.lotActivityLot.createMany({ data: lines.map((line) => ({ ...line, tenantId, factoryId })) });
  await tx.$executeRaw`
    INSERT INTO lot_edges (input_lot_id, output_lot_id, tenant_id, factory_id, created_at, activity_id)
    SELECT DISTINCT i.lot_id, o.lot_id, i.tenant_id, i.factory_id, ${createdAt}::timestamptz, i.activity_id
      FROM lot_activity_lots i
      JOIN lot_activity_lots o ON o.activity_id = i.activity_id AND o.role = 'OUTPUT'
     WHERE i.activity_id = ${activity.id}::uuid AND i.role = 'INPUT'
     ORDER BY 1, 2
    ON CONFLICT DO NOTHING`;
}

/** Keeps others from using the lots until the transaction ends; in one order for all, so nobody deadlocks. */
export async function lockLots(tx: Db, ids: readonly string[]): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM lots WHERE id = ANY(${[...ids]}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
}

export type LotPortion = Portion & Readonly<{ lotId: string }>;

/** Where how much of the lots is: stock by place, and what activities outside of stock have left. */
export async function findPortions(db: Db, lotIds: readonly string[]): Promise<LotPortion[]> {
  return db.$queryRaw<LotPortion[]>`
    SELECT lot_id::text AS "lotId", location_id::text AS "locationId", trim_scale(sum(on_hand))::text AS quantity
      FROM stock_balances WHERE lot_id = ANY(${[...lotIds]}::uuid[])
     GROUP BY lot_id, location_id HAVING sum(on_hand) <> 0
    UNION ALL
    SELECT lot_id::text, NULL, trim_scale(sum(CASE role WHEN 'OUTPUT' THEN quantity ELSE -quantity END))::text
      FROM lot_activity_lots WHERE lot_id = ANY(${[...lotIds]}::uuid[]) AND location_id IS NULL
     GROUP BY lot_id HAVING sum(CASE role WHEN 'OUTPUT' THEN quantity ELSE -quantity END) <> 0`;
}

/** The places of a plant, by code, with what they are for. */
export async function findPlaces(db: Db, factoryId: string): Promise<{ id: string; purpose: string }[]> {
  return db.stockLocation.findMany({
    where: { factoryId },
    orderBy: [{ code: 'asc' }, { id: 'asc' }],
    select: { id: true, purpose: true },
  });
}

/** Whether the plant has this order. */
export async function hasOrder(db: Db, factoryId: string, id: string): Promise<boolean> {
  return (await db.workOrder.count({ where: { id, factoryId } })) === 1;
}

/** What is left of lots, wherever it is. */
export async function findOnHand(db: Db, lotIds: readonly string[]): Promise<{ lotId: string; quantity: string }[]> {
  return db.$queryRaw<{ lotId: string; quantity: string }[]>`
    SELECT lot_id::text AS "lotId", trim_scale(sum(quantity))::text AS quantity
      FROM (SELECT lot_id, on_hand AS quantity FROM stock_balances WHERE lot_id = ANY(${[...lotIds]}::uuid[])
            UNION ALL
            SELECT lot_id, CASE role WHEN 'OUTPUT' THEN quantity ELSE -quantity END
              FROM lot_activity_lots WHERE lot_id = ANY(${[...lotIds]}::uuid[]) AND location_id IS NULL) it
     GROUP BY lot_id`;
}
