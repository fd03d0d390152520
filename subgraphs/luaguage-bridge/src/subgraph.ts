import { openCache } from '@enghub/cache/open-cache';
import type { RunningSubgraph } from '@enghub/subgraph-kit/running-subgraph';
import type { Claims } from '@enghub/subgraph-kit/claims';
import {
  startSubgraph,
  type BackgroundTools,
  type BackgroundWork,
  type SubgraphDefinition,
  type SubgraphServices,
} from '@enghub/subgraph-kit/start-subgraph';
import { createHash } from 'node:crypto';
import { contextWith, type Context } from './context.ts';
import { createClient, type Db } from './database.ts';
import { runArchive } from './archive.ts';
import { documentRoute } from './documents/route.ts';
import { defaultLimits, type DocumentSettings } from './documents/settings.ts';
import { signedUrls } from './documents/signed-urls.ts';
import { openStorage, type DocumentPort } from './documents/storage.ts';
import { createErpClient, type ErpClient, type ErpClientSettings } from './erp/client.ts';
import { createErp, type Erp, type ErpTimes } from './erp/erp.ts';
import { liveTopics as notificationTopics } from './notifications/live-topics.ts';
import { runPostOffice } from './post-office.ts';
import { slices } from './slices.ts';
import { keepInSync } from './sync/schedule.ts';
import { liveTopics as permissionTopics } from './users/live-topics.ts';
import { watchErp } from './watch.ts';
import { webhookRoute } from './webhooks/route.ts';

export type LuaguageSettings = Omit<ErpClientSettings, 'url'> &
  Readonly<{
    luaguageUrl: string;
    documents: DocumentSettings;
    /** The tenant of all users, for an ERP that serves one and does not say which. */
    singleTenantId?: string | undefined;
    /** Where bridges share what they know; without it each keeps it to itself. */
    redisUrl?: string | undefined;
    times?: Partial<ErpTimes>;
    /** Left out: it sends, pulls, watches and tells people by itself. */
    keepsInSync?: boolean;
    /** How long notifications are kept that were read; 90 days when left out. */
    keepReadNotificationsDays?: number | undefined;
    /** What the ERP signs its webhooks with; without it there are none. */
    webhookSecret?: string | undefined;
  }>;

export const definitionWith = (
  erp: Erp,
  client: ErpClient,
  documents: DocumentPort,
  singleTenantId?: string,
): SubgraphDefinition<Db, Context> => ({
  name: 'luaguage-bridge',
  folder: new URL('../', import.meta.url),
  slices,
  createClient,
  createContext: contextWith(erp, client, documents, singleTenantId),
  liveTopics: async (event) => [...(await notificationTopics(event)), ...(await permissionTopics(event))],
});

export async function startLuaguageBridge(
  services: SubgraphServices,
  {
    luaguageUrl,
    documents: wanted,
    singleTenantId,
    redisUrl,
    times,
    keepsInSync = true,
    keepReadNotificationsDays = 90,
    webhookSecret,
    ...settings
  }: LuaguageSettings,
): Promise<RunningSubgraph> {
  const now = services.now ?? (() => new Date());
  const storage = await openStorage(wanted.storage);
  const client = createErpClient({ now, ...settings, url: luaguageUrl });
  const { logger } = services;
  const cache = await openCache({ url: redisUrl, prefix: cachePrefix(luaguageUrl), logger, now });
  const close = () => client.close().finally(cache.close).finally(storage.close);
  const erp = createErp({ client, cache, now, logger, times });
  const urls = signedUrls(wanted.signingSecret, wanted.publicUrl);
  const { maxBytes, maxParallel } = { ...defaultLimits, ...wanted };
  const documents: DocumentPort = { storage, urls, maxBytes };
  try {
    const background = (tools: BackgroundTools<Context>): BackgroundWork => {
      const works = [
        keepInSync(tools),
        watchErp(tools),
        runPostOffice(tools, keepReadNotificationsDays),
        runArchive(tools, storage),
      ];
      return { stop: async () => void (await Promise.all(works.map((work) => work.stop()))) };
    };
    const running = await startSubgraph(
      { ...definitionWith(erp, client, documents, singleTenantId), ...(keepsInSync && { background }) },
      services,
    );
    const contextFor = (claims: Claims) => running.contextFor(claims) as Context;
    const routes = [
      documentRoute({ urls, contextFor, maxParallel, times: wanted.times, now, logger }),
      ...(webhookSecret ? [webhookRoute({ secret: webhookSecret, contextFor, now, logger })] : []),
    ];
    return { ...running, routes, stop: () => running.stop().finally(close) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Bridges to different ERPs may share a Redis; their users must not meet. The version is that of the values' shape. */
const cachePrefix = (luaguageUrl: string) =>
  `luaguage-bridge:v1:${createHash('sha256').update(luaguageUrl).digest('hex').slice(0, 12)}`;
