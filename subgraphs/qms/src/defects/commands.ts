import type { DefectReported } from '@enghub/event-contracts/mes/defect-reported.v1';
import type { ProductionReportCorrected } from '@enghub/event-contracts/mes/production-report-corrected.v1';
import { fault } from '@enghub/subgraph-kit/fault';
import { newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import { isPeriod, pareto } from './rules.ts';
import * as store from './store.ts';

/** Keeps a defect that the floor reported. */
export function keepDefect(defect: DefectReported, factoryId: string, context: Context): Promise<void> {
  const place = { id: newId(), tenantId: context.claims.tenantId, factoryId };
  return context.transaction((tx) => store.add(tx, place, defect));
}

/** Keeps what a correction changes: rows of their own, below zero where defects are taken back. */
export async function correctDefects(
  { defects, ...corrected }: ProductionReportCorrected,
  factoryId: string,
  context: Context,
): Promise<void> {
  if (defects.length === 0) return;
  const { tenantId } = context.claims;
  await context.transaction(async (tx) => {
    for (const defect of defects)
      await store.add(tx, { id: newId(), tenantId, factoryId }, { ...corrected, ...defect });
  });
}

/** What went wrong in a plant during a period; null when the plant does not exist for the user. */
export async function statistics(
  { factoryId, from, to }: Readonly<{ factoryId: string; from: Date; to: Date }>,
  { claims, readDb }: Context,
) {
  if (!isPeriod(from, to))
    throw fault('BAD_USER_INPUT', 'The period must end after it begins and last at most 400 days.');
  if (!claims.factoryIds.includes(factoryId)) return null;
  return { factoryId, from, to, ...pareto(await store.countByType(readDb, factoryId, from, to)) };
}
