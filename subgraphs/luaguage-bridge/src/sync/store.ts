import type { Db } from '../database.ts';
import { type Prisma, type OrderFeedback as FeedbackRow } from '../generated/prisma/client.ts';
import type { ErpSalesOrder, ErpSalesOrderLine, SalesOrderStatus } from '../erp/sales-orders.ts';
import type { ImportOutcome, LogEntry, SyncKind } from '../erp/import-log-store.ts';
import type { Sync, SyncStatus } from './rules.ts';

export type KnownSalesOrder = ErpSalesOrder & Readonly<{ sync: Sync }>;
export type Feedback = Readonly<{
  workOrderId: string;
  factoryId: string;
  workOrderNumber: string;
  revision: number;
  heardAt: Date;
  confirmedQuantity: string | null;
  postedQuantity: string | null;
  postedRevision: number;
  sync: Sync;
}>;
export type Logged = LogEntry & Readonly<{ id: string; at: Date }>;
export type LogFilter = Partial<Pick<LogEntry, 'kind' | 'externalId' | 'outcome'>>;

// ── Sales orders ──

export async function findSalesOrders(db: Db, ids: readonly string[]): Promise<KnownSalesOrder[]> {
  const rows = await db.salesOrder.findMany({ where: { id: { in: [...ids] } } });
  return rows.map(salesOrderOf);
}

export async function pageOfSalesOrders(
  db: Db,
  take: number,
  after: Readonly<{ changedAt: Date; id: string }> | null,
): Promise<KnownSalesOrder[]> {
  const rows = await db.salesOrder.findMany({
    orderBy: [{ changedAt: 'desc' }, { id: 'asc' }],
    take,
    ...(after && {
      where: { OR: [{ changedAt: { lt: after.changedAt } }, { changedAt: after.changedAt, id: { gt: after.id } }] },
    }),
  });
  return rows.map(salesOrderOf);
}

/** CREATED or UPDATED; null for what was known already, or is older than what is known. */
export async function keepSalesOrder(
  db: Db,
  tenantId: string,
  order: ErpSalesOrder,
  at: Date,
): Promise<'CREATED' | 'UPDATED' | null> {
  const [before] = await findSalesOrders(db, [order.id]);
  if (before && before.changedAt > order.changedAt) return null;
  const { id, customer, status, changedAt } = order;
  const lines = order.lines as unknown as Prisma.InputJsonArray;
  const synced = { syncState: 'SYNCED', syncedAt: at, attempts: 0, lastError: null };
  const fields = { customer, status, changedAt, lines, ...synced };
  await db.salesOrder.upsert({
    where: { tenantId_id: { tenantId, id } },
    create: { tenantId, id, ...fields },
    update: fields,
  });
  if (!before) return 'CREATED';
  return before.changedAt.getTime() === changedAt.getTime() ? null : 'UPDATED';
}

export async function salesOrderFailed(db: Db, id: string, error: string): Promise<void> {
  await db.salesOrder.updateMany({
    where: { id },
    data: { syncState: 'FAILED', attempts: { increment: 1 }, lastError: error },
  });
}

const salesOrderOf = (row: Awaited<ReturnType<Db['salesOrder']['findMany']>>[number]): KnownSalesOrder => ({
  id: row.id,
  customer: row.customer,
  status: row.status as SalesOrderStatus,
  changedAt: row.changedAt,
  lines: row.lines as unknown as readonly ErpSalesOrderLine[],
  sync: syncOf({ ...row, lastAt: row.syncedAt }),
});

// ── Feedback ──

/** Something happened to the order: the ERP is to hear where it stands now. */
export async function orderMoved(
  db: Db,
  tenantId: string,
  order: Readonly<{ workOrderId: string; factoryId: string; workOrderNumber: string }>,
  at: Date,
): Promise<void> {
  const due = { heardAt: at, syncState: 'PENDING', nextAttemptAt: at };
  await db.orderFeedback.upsert({
    where: { tenantId_workOrderId: { tenantId, workOrderId: order.workOrderId } },
    create: { tenantId, ...order, ...due },
    update: { revision: { increment: 1 }, ...due },
  });
}

export async function findFeedbacks(db: Db, workOrderIds: readonly string[]): Promise<Feedback[]> {
  const rows = await db.orderFeedback.findMany({ where: { workOrderId: { in: [...workOrderIds] } } });
  return rows.map(feedbackRow);
}

/** Takes what is due for itself until `until`; another bridge takes the rest. */
export async function takeDue(db: Db, now: Date, until: Date, limit: number): Promise<Feedback[]> {
  const taken = await db.$queryRaw<{ id: string }[]>`
    UPDATE luaguage_bridge.order_feedbacks f SET next_attempt_at = ${until}
      FROM (SELECT tenant_id, work_order_id FROM luaguage_bridge.order_feedbacks
             WHERE sync_state = 'PENDING' AND next_attempt_at <= ${now}
             ORDER BY next_attempt_at LIMIT ${limit} FOR UPDATE SKIP LOCKED) due
     WHERE f.tenant_id = due.tenant_id AND f.work_order_id = due.work_order_id
    RETURNING f.work_order_id AS id`;
  return taken.length === 0
    ? []
    : findFeedbacks(
        db,
        taken.map(({ id }) => id),
      );
}

/** What failed is due sooner than planned; the first due are the first. */
export async function makeWaitingDue(db: Db, at: Date, limit: number): Promise<void> {
  await db.$executeRaw`
    UPDATE luaguage_bridge.order_feedbacks f SET next_attempt_at = ${at}
      FROM (SELECT tenant_id, work_order_id FROM luaguage_bridge.order_feedbacks
             WHERE sync_state = 'PENDING' AND attempts > 0 AND next_attempt_at > ${at}
             ORDER BY next_attempt_at LIMIT ${limit} FOR UPDATE SKIP LOCKED) later
     WHERE f.tenant_id = later.tenant_id AND f.work_order_id = later.work_order_id`;
}

/** What the plant says; kept before the ERP is asked, so that a difference shows while it is away. */
export async function noteConfirmed(db: Db, workOrderId: string, status: string, quantity: string): Promise<void> {
  await db.orderFeedback.updateMany({ where: { workOrderId }, data: { status, confirmedQuantity: quantity } });
}

/** What moved meanwhile stays due. */
export async function noteArrived(
  db: Db,
  feedback: Pick<Feedback, 'workOrderId' | 'revision'>,
  posted: string | null,
  at: Date,
): Promise<void> {
  const { workOrderId, revision } = feedback;
  const known = { lastAt: at, attempts: 0, lastError: null, postedRevision: revision };
  await db.orderFeedback.updateMany({
    where: { workOrderId },
    data: { ...known, nextAttemptAt: at, ...(posted !== null && { postedQuantity: posted }) },
  });
  await db.orderFeedback.updateMany({ where: { workOrderId, revision }, data: { syncState: 'SYNCED' } });
}

export async function noteFailed(
  db: Db,
  feedback: Pick<Feedback, 'workOrderId' | 'revision'>,
  failure: Readonly<{ error: string; nextAttemptAt: Date; isFinal: boolean }>,
): Promise<void> {
  const { workOrderId, revision } = feedback;
  const { error, nextAttemptAt, isFinal } = failure;
  await db.orderFeedback.updateMany({
    where: { workOrderId },
    data: { attempts: { increment: 1 }, lastError: error, nextAttemptAt },
  });
  if (isFinal) await db.orderFeedback.updateMany({ where: { workOrderId, revision }, data: { syncState: 'FAILED' } });
}

export async function makeDue(db: Db, workOrderId: string, at: Date): Promise<void> {
  await db.orderFeedback.updateMany({
    where: { workOrderId },
    data: { syncState: 'PENDING', attempts: 0, nextAttemptAt: at },
  });
}

export async function pageOfDifferences(
  db: Db,
  take: number,
  after: Readonly<{ number: string; id: string }> | null,
): Promise<Feedback[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT work_order_id AS id FROM luaguage_bridge.order_feedbacks
     WHERE coalesce(confirmed_quantity, 0) <> coalesce(posted_quantity, 0)
       AND (${after?.number ?? null}::text IS NULL
            OR (work_order_number, work_order_id) > (${after?.number ?? null}::text, ${after?.id ?? null}::text))
     ORDER BY work_order_number, work_order_id LIMIT ${take}`;
  const found = new Map(
    (
      await findFeedbacks(
        db,
        rows.map(({ id }) => id),
      )
    ).map((it) => [it.workOrderId, it]),
  );
  return rows.flatMap(({ id }) => found.get(id) ?? []);
}

const feedbackRow = (row: FeedbackRow): Feedback => ({
  workOrderId: row.workOrderId,
  factoryId: row.factoryId,
  workOrderNumber: row.workOrderNumber,
  revision: row.revision,
  heardAt: row.heardAt,
  confirmedQuantity: row.confirmedQuantity?.toString() ?? null,
  postedQuantity: row.postedQuantity?.toString() ?? null,
  postedRevision: row.postedRevision,
  sync: syncOf(row),
});

type SyncColumns = { syncState: string; lastAt: Date | null; lastError: string | null; attempts: number };

const syncOf = ({ syncState, lastAt, lastError, attempts }: SyncColumns): Sync => ({
  state: syncState as SyncStatus,
  lastAt,
  lastError,
  attempts,
});

// ── Import log ──

export async function pageOfLog(db: Db, filter: LogFilter, take: number, after: string | null): Promise<Logged[]> {
  const rows = await db.importLogEntry.findMany({
    where: { ...filter, ...(after !== null && { id: { lt: after } }) },
    orderBy: { id: 'desc' },
    take,
  });
  return rows.map((row) => ({ ...row, kind: row.kind as SyncKind, outcome: row.outcome as ImportOutcome }));
}
