import type { RunningSubgraph } from '@enghub/subgraph-kit/running-subgraph';
import { startSubgraph, type SubgraphDefinition, type SubgraphServices } from '@enghub/subgraph-kit/start-subgraph';
import { contextWith, type Context } from './context.ts';
import { createClient, type Db } from './database.ts';
import { createErpClient, type ErpClientSettings } from './erp/client.ts';
import { createErp, type Erp, type ErpTimes } from './erp/erp.ts';
import { slices } from './slices.ts';

export type LuaguageSettings = Omit<ErpClientSettings, 'url'> &
  Readonly<{
    luaguageUrl: string;
    /** The tenant of all users, for an ERP that serves one and does not say which. */
    singleTenantId?: string | undefined;
    times?: Partial<ErpTimes>;
  }>;

export const definitionWith = (erp: Erp, singleTenantId?: string): SubgraphDefinition<Db, Context> => ({
  name: 'luaguage-bridge',
  folder: new URL('../', import.meta.url),
  slices,
  createClient,
  createContext: contextWith(erp, singleTenantId),
});

export async function startLuaguageBridge(
  services: SubgraphServices,
  { luaguageUrl, singleTenantId, times, ...settings }: LuaguageSettings,
): Promise<RunningSubgraph> {
  const client = createErpClient({ ...settings, url: luaguageUrl });
  const now = services.now ?? (() => new Date());
  const erp = createErp({ client, now, logger: services.logger, times });
  try {
    const running = await startSubgraph(definitionWith(erp, singleTenantId), services);
    return { ...running, stop: () => running.stop().finally(client.close) };
  } catch (error) {
    await client.close();
    throw error;
  }
}
