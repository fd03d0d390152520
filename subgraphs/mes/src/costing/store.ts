import type { Vault } from '@enghub/encryption/vault';
import type { Db } from '../database.ts';
import { encryptedColumns } from '../encrypted-columns.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { CostRates, Rates } from './rate-rules.ts';
import type { Consumed, Cost } from './rules.ts';

export type WorkOrderCost = Cost & Readonly<{ workOrderId: string; version: number | null; computedAt: Date }>;

export async function insertRates(tx: Db, vault: Vault, tenantId: string, rates: CostRates): Promise<void> {
  const { id, factoryId, validFrom, currency, source, definedBy, definedAt, ...amounts } = rates;
  const owner = { id, tenantId, factoryId, definedBy, definedAt };
  const sealed = await vault.seal(encryptedColumns.rates, [id], JSON.stringify(amounts));
  const data = { ...owner, validFrom: new Date(validFrom), currency, source, rates: sealed };
  await tx.costRates.createMany({ data: [data] });
}

/** The rates that hold on a day: of those that began by then the latest, and of one day's the one defined last. */
export async function findRates(db: Db, vault: Vault, factoryId: string, on: string): Promise<CostRates | null> {
  const row = await db.costRates.findFirst({
    where: { factoryId, validFrom: { lte: new Date(on) } },
    orderBy: [{ validFrom: 'desc' }, { definedAt: 'desc' }, { id: 'desc' }],
  });
  return row && toRates(row, vault);
}

export async function findRatesById(db: Db, vault: Vault, id: string): Promise<CostRates | null> {
  const row = await db.costRates.findFirst({ where: { id } });
  return row && toRates(row, vault);
}

const toRates = async (row: Prisma.CostRatesModel, vault: Vault): Promise<CostRates> => ({
  ...(JSON.parse(await vault.open(encryptedColumns.rates, [row.id], row.rates)) as Rates),
  id: row.id,
  factoryId: row.factoryId,
  validFrom: row.validFrom.toISOString().slice(0, 10),
  currency: row.currency,
  source: row.source,
  definedBy: row.definedBy,
  definedAt: row.definedAt,
});

/** The latest version of each order's cost. */
export async function findLatestCosts(db: Db, vault: Vault, workOrderIds: readonly string[]): Promise<WorkOrderCost[]> {
  const rows = await db.workOrderCost.findMany({
    where: { workOrderId: { in: [...workOrderIds] } },
    orderBy: [{ workOrderId: 'asc' }, { version: 'desc' }],
    distinct: ['workOrderId'],
  });
  return Promise.all(
    rows.map(async ({ workOrderId, version, computedAt, cost }) => ({
      ...(JSON.parse(await vault.open(encryptedColumns.orderCost, [workOrderId, version], cost)) as Cost),
      workOrderId,
      version,
      computedAt,
    })),
  );
}

export async function latestVersion(db: Db, workOrderId: string): Promise<number | null> {
  const { _max: latest } = await db.workOrderCost.aggregate({ where: { workOrderId }, _max: { version: true } });
  return latest.version;
}

export async function insertCost(
  tx: Db,
  vault: Vault,
  about: Readonly<{ tenantId: string; factoryId: string; workOrderId: string; version: number; computedAt: Date }>,
  cost: Cost,
): Promise<void> {
  const rowId = [about.workOrderId, about.version];
  const sealed = await vault.seal(encryptedColumns.orderCost, rowId, JSON.stringify(cost));
  await tx.workOrderCost.createMany({ data: [{ ...about, cost: sealed }] });
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
