import type { RunningSubgraph } from '@enghub/subgraph-kit/running-subgraph';
import { startSubgraph, type SubgraphDefinition, type SubgraphServices } from '@enghub/subgraph-kit/start-subgraph';
import { createContext, type Context } from './context.ts';
import { createClient, type Db } from './database.ts';
import { slices } from './slices.ts';

export const definition: SubgraphDefinition<Db, Context> = {
  name: 'eam',
  folder: new URL('../', import.meta.url),
  slices,
  createClient,
  createContext,
};

export const startEam = (services: SubgraphServices): Promise<RunningSubgraph> => startSubgraph(definition, services);
