import { runSubgraph } from '@enghub/subgraph-kit/run-subgraph';
import { bridgeProcess, erpAddress } from './config.ts';
import { documentSettings } from './documents/settings.ts';
import { startLuaguageBridge } from './subgraph.ts';

await runSubgraph(bridgeProcess, (services, own) =>
  startLuaguageBridge(services, {
    luaguageUrl: own.LUAGUAGE_URL,
    ...erpAddress(own),
    singleTenantId: own.LUAGUAGE_TENANT_ID,
    redisUrl: own.REDIS_URL,
    keepReadNotificationsDays: own.NOTIFICATIONS_KEEP_READ_DAYS,
    documents: documentSettings(own),
    webhookSecret: own.LUAGUAGE_WEBHOOK_SECRET,
  }),
);
