import { runSubgraph } from '@enghub/subgraph-kit/run-subgraph';
import { bridgeProcess } from './config.ts';
import { startLuaguageBridge } from './subgraph.ts';

await runSubgraph(bridgeProcess, (services, own) =>
  startLuaguageBridge(services, {
    luaguageUrl: own.LUAGUAGE_URL,
    token: own.LUAGUAGE_TOKEN,
    singleTenantId: own.LUAGUAGE_TENANT_ID,
    redisUrl: own.REDIS_URL,
  }),
);
