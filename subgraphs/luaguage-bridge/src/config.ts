import type { SubgraphProcess } from '@enghub/subgraph-kit/run-subgraph';
import { z } from 'zod';

const environment = {
  /** Where the ERP is; everything else about it has a default. */
  LUAGUAGE_URL: z.url({ protocol: /^https?$/ }),
  LUAGUAGE_TOKEN: z.string().optional(),
  LUAGUAGE_TENANT_ID: z.string().optional(),
  /** Where several bridges share what they know. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
};

/** The bridge as a process: LUAGUAGE_BRIDGE_PORT, LUAGUAGE_BRIDGE_DATABASE_URL, and the ERP. */
export const bridgeProcess: SubgraphProcess<typeof environment> = {
  name: 'luaguage-bridge',
  defaultPort: 4005,
  environment,
};
