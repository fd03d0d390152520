import { fault } from '@enghub/subgraph-kit/fault';
import { isId } from '@enghub/subgraph-kit/ids';
import { toPage, type Page, type PageRequest } from '@enghub/subgraph-kit/pages';
import type { Db } from '../database.ts';
import { Prisma, type Inspection as Row } from '../generated/prisma/client.ts';
import type { Inspection, Tally } from './rules.ts';

/**
 * Adds a report to the tally of its operation, once; null when it was added before.
 * The tally's row stays locked until the transaction ends, so reports of one operation are counted one after another.
 */
export async function count(
  tx: Db,
  report: Readonly<{ id: string; operationId: string; factoryId: string; tenantId: string; good: string; at: Date }>,
): Promise<Tally | null> {
  const [tally] = await tx.$queryRaw<{ good_quantity: Prisma.Decimal; inspection_count: number }[]>`
    WITH counted AS (
      INSERT INTO counted_reports (tenant_id, production_report_id, factory_id, counted_at)
      VALUES (${report.tenantId}, ${report.id}::uuid, ${report.factoryId}, ${report.at})
      ON CONFLICT DO NOTHING
      RETURNING tenant_id, factory_id)
    INSERT INTO operation_tallies AS tally (tenant_id, operation_id, factory_id, good_quantity)
    SELECT tenant_id, ${report.operationId}::uuid, factory_id, ${report.good}::numeric FROM counted
    ON CONFLICT (tenant_id, operation_id) DO UPDATE SET good_quantity = tally.good_quantity + excluded.good_quantity
    RETURNING good_quantity, inspection_count`;
  return tally ? { goodQuantity: tally.good_quantity.toFixed(), inspectionCount: tally.inspection_count } : null;
}

/** Saves a new inspection and counts it; makes its quarter's partition if nothing did so before. */
export async function open(tx: Db, tenantId: string, inspection: Inspection): Promise<void> {
  const { createdAt, operationId } = inspection;
  await tx.$executeRaw`SELECT ensure_inspection_quarters(${createdAt}::timestamptz, ${createdAt}::timestamptz)`;
  await tx.inspection.createMany({ data: [{ ...inspection, tenantId }] });
  await tx.operationTally.update({
    where: { tenantId_operationId: { tenantId, operationId } },
    data: { inspectionCount: { increment: 1 } },
  });
}

/** False when somebody else saved the inspection meanwhile. */
export async function save(tx: Db, { id, createdAt, version, ...inspection }: Inspection): Promise<Inspection | null> {
  const saved = await tx.inspection.updateMany({
    where: { id, createdAt, version },
    data: { ...inspection, version: version + 1 },
  });
  return saved.count === 1 ? { ...inspection, id, createdAt, version: version + 1 } : null;
}

/** In the order of the ids; null where there is none. */
export async function findMany(db: Db, ids: readonly string[]): Promise<(Inspection | null)[]> {
  const known = ids.filter(isInspectionId);
  const rows =
    known.length === 0
      ? []
      : await db.inspection.findMany({ where: { id: { in: known }, createdAt: { in: known.map(instantOf) } } });
  const found = new Map(rows.map((row) => [row.id, inspectionOf(row)]));
  return ids.map((id) => found.get(id) ?? null);
}

export async function find(db: Db, id: string): Promise<Inspection | null> {
  const [inspection] = await findMany(db, [id]);
  return inspection ?? null;
}

type Filter = Readonly<{ factoryId?: string; status?: readonly string[]; type?: readonly string[] }>;

/** Latest first. */
export async function page(db: Db, { first, after }: PageRequest, filter: Filter): Promise<Page<Inspection>> {
  const last = lastOf(after);
  const rows = await db.inspection.findMany({
    where: {
      factoryId: filter.factoryId,
      status: filter.status && { in: [...filter.status] },
      type: filter.type && { in: [...filter.type] },
      // The id orders by time by itself; the instant tells which partitions not to open.
      ...(last && { id: { lt: last }, createdAt: { lte: instantOf(last) } }),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: first + 1,
  });
  return toPage(rows.map(inspectionOf), first, keyOf);
}

/** One page for each order, in the order of the ids, by one statement however many there are. */
export async function pagesOfOrders(
  db: Db,
  { first, after }: PageRequest,
  workOrderIds: readonly string[],
): Promise<Page<Inspection>[]> {
  const last = lastOf(after);
  const orders = workOrderIds.filter(isId);
  const onwards = last
    ? Prisma.sql`AND created_at <= ${instantOf(last)} AND (created_at, id) < (${instantOf(last)}, ${last}::uuid)`
    : Prisma.empty;
  const rows = await db.$queryRaw<Row[]>`
    SELECT latest.* FROM unnest(${orders}::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (
      SELECT id, created_at AS "createdAt", tenant_id AS "tenantId", factory_id AS "factoryId", number, type, status,
             result, work_order_id AS "workOrderId", operation_id AS "operationId", operation_name AS "operationName",
             product_id AS "productId", production_report_id AS "productionReportId", sample_size AS "sampleSize",
             defective_count AS "defectiveCount", note, inspector_id AS "inspectorId", completed_at AS "completedAt",
             version
      FROM inspections
      WHERE work_order_id = wanted.id ${onwards}
      ORDER BY created_at DESC, inspections.id DESC
      LIMIT ${first + 1}
    ) AS latest`;
  const byOrder = new Map<string, Inspection[]>(orders.map((id) => [id, []]));
  for (const row of rows) byOrder.get(row.workOrderId)?.push(inspectionOf(row));
  return workOrderIds.map((id) => toPage(byOrder.get(id) ?? [], first, keyOf));
}

const keyOf = (inspection: Inspection) => [inspection.id];

function lastOf(after: PageRequest['after']): string | undefined {
  const id = after?.[0];
  if (id !== undefined && !isInspectionId(id)) throw fault('BAD_USER_INPUT', 'after is not a cursor of this list.');
  return id;
}

/** The instant in a UUIDv7: for an inspection, exactly its created_at. */
const instantOf = (id: string): Date => new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));

/** Other kinds of UUID may hold instants that no calendar has. */
const isInspectionId = (id: string): boolean => isId(id) && id[14] === '7' && instantOf(id).getUTCFullYear() < 10_000;

function inspectionOf({ tenantId: _, ...row }: Row): Inspection {
  return row as Inspection;
}
