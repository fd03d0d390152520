import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { CostRates, Rates } from './rate-rules.ts';
import type { Consumed, Cost } from './rules.ts';

export type WorkOrderCost = Cost & Readonly<{ workOrderId: string; version: number | null; computedAt: Date }>;

export async function insertRates(tx: Db, tenantId: string, rates: CostRates): Promise<void> {
  const { id, factoryId, validFrom, currency, source, definedBy, definedAt, ...amounts } = rates;
  const owner = { id, tenantId, factoryId, definedBy, definedAt };
  const data = { ...owner, validFrom: new Date(validFrom), currency, source, rates: amounts as object };
  await tx.costRates.createMany({ data: [data] });
}

/** The rates that hold on a day: of those that began by then the latest, and of one day's the one defined last. */
export async function findRates(db: Db, factoryId: string, on: string): Promise<CostRates | null> {
  const row = await db.costRates.findFirst({
    where: { factoryId, validFrom: { lte: new Date(on) } },
    orderBy: [{ validFrom: 'desc' }, { definedAt: 'desc' }, { id: 'desc' }],
  });
  return row && toRates(row);
}

export async function findRatesById(db: Db, id: string): Promise<CostRates | null> {
  const row = await db.costRates.findFirst({ where: { id } });
  return row && toRates(row);
}

const toRates = (row: Prisma.CostRatesModel): CostRates => ({
  ...(row.rates as unknown as Rates),
  id: row.id,
  factoryId: row.factoryId,
  validFrom: row.validFrom.toISOString().slice(0, 10),
  currency: row.currency,
  source: row.source,
  definedBy: row.definedBy,
  definedAt: row.definedAt,
});

/** The latest version of each order's cost. */
export async function findLatestCosts(db: Db, workOrderIds: readonly string[]): Promise<WorkOrderCost[]> {
  const rows = await db.workOrderCost.findMany({
    where: { workOrderId: { in: [...workOrderIds] } },
    orderBy: [{ workOrderId: 'asc' }, { version: 'desc' }],
    distinct: ['workOrderId'],
  });
  return rows.map(({ workOrderId, version, computedAt, cost }) => ({
    ...(cost as unknown as Cost),
    workOrderId,
    version,
    computedAt,
  }));
}

export async function insertCost(
  tx: Db,
  about: Readonly<{ tenantId: string; factoryId: string; workOrderId: string; version: number; computedAt: Date }>,
  cost: Cost,
): Promise<void> {
  await tx.workOrderCost.createMany({ data: [{ ...about, cost: cost as object }] });
}

/**
 * What an order used by the stock ledger, less what it gave back; null when the ledger knows nothing of the order. What was
 * issued has only changed places, so its two rows cancel out.
 */
export async function findConsumed(db: Db, workOrderId: string): Promise<Consumed[] | null> {
  const rows = await db.$queryRaw<Consumed[]>`
    SELECT material_id AS "materialId", trim_scale(-sum(quantity))::text AS quantity, unit
      FROM stock_movements
     WHERE work_order_id = ${workOrderId}::uuid AND kind IN ('ISSUE', 'CONSUME', 'RETURN')
     GROUP BY material_id, unit ORDER BY material_id`;
  return rows.length === 0 ? null : rows;
}
