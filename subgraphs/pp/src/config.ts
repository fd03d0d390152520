import type { SubgraphProcess } from '@enghub/subgraph-kit/run-subgraph';

/** PP as a process: PP_PORT, PP_DATABASE_URL, and where the bridge is, whom it asks for bills of materials. */
export const ppProcess: SubgraphProcess = { name: 'pp', defaultPort: 4003, asks: ['luaguage-bridge'] };
