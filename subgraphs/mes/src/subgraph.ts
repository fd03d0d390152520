import { startSubgraph, type SubgraphDefinition, type SubgraphServices } from '@enghub/subgraph-kit/start-subgraph';
import { createContext, type Context } from './context.ts';
import { createClient, type Db } from './database.ts';
import { liveTopics } from './shift-board/live-topics.ts';
import { slices } from './slices.ts';

/** MES: plants and stations, shifts, routings, work orders, what was reported on them, and the boards. */
export const definition: SubgraphDefinition<Db, Context> = {
  name: 'mes',
  folder: new URL('..', import.meta.url),
  slices,
  createClient,
  createContext,
  liveTopics,
  upkeep: async ({ pool }) => {
    await pool.query(
      `SELECT ensure_month_partitions('production_reports',
         (now() - interval '1 month')::date, (now() + interval '3 months')::date)`,
    );
  },
};

export const startMes = (services: SubgraphServices) => startSubgraph(definition, services);
