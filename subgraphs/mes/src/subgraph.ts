import type { Cache } from '@enghub/cache/cache';
import { createMemoryCache } from '@enghub/cache/memory-cache';
import type { RunningSubgraph } from '@enghub/subgraph-kit/running-subgraph';
import { startSubgraph, type SubgraphDefinition, type SubgraphServices } from '@enghub/subgraph-kit/start-subgraph';
import { contextWith, type Context } from './context.ts';
import { createClient, type Db } from './database.ts';
import { encryptedColumns } from './encrypted-columns.ts';
import { liveTopics } from './shift-board/live-topics.ts';
import { slices } from './slices.ts';

/** MES: plants and stations, shifts, routings, work orders, what was reported on them, and the boards. */
export const definitionWith = (cache: Cache | null): SubgraphDefinition<Db, Context> => ({
  name: 'mes',
  folder: new URL('..', import.meta.url),
  slices,
  createClient,
  createContext: contextWith(cache),
  encryptedColumns,
  liveTopics,
  upkeep: async ({ pool }) => {
    await pool.query(
      `SELECT ensure_month_partitions('production_reports',
         (now() - interval '1 month')::date, (now() + interval '3 months')::date)`,
    );
  },
});

/** As it runs where other processes may run it too. */
export const definition = definitionWith(null);

export type MesSettings = Readonly<{
  /** True when no other process writes to this database: only then may stock and capacity be remembered. */
  isOnlyProcess?: boolean;
}>;

export async function startMes(
  services: SubgraphServices,
  { isOnlyProcess = false }: MesSettings = {},
): Promise<RunningSubgraph> {
  if (!isOnlyProcess) return startSubgraph(definition, services);
  const cache = createMemoryCache({ ...(services.now && { now: services.now }) });
  try {
    const running = await startSubgraph(definitionWith(cache), services);
    return { ...running, stop: () => running.stop().finally(cache.close) };
  } catch (error) {
    await cache.close();
    throw error;
  }
}
