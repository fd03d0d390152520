import type { SubgraphProcess } from '@enghub/subgraph-kit/run-subgraph';

/** MES as a process: MES_PORT, MES_DATABASE_URL and MES_READ_DATABASE_URL, and where the bridge is, whom it asks for bills of materials. */
export const mesProcess: SubgraphProcess = { name: 'mes', defaultPort: 4001, asks: ['luaguage-bridge'] };
