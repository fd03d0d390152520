import type { SubgraphProcess } from '@enghub/subgraph-kit/run-subgraph';

/** EAM as a process: EAM_PORT, EAM_DATABASE_URL; it asks nobody and lives on events. */
export const eamProcess: SubgraphProcess = { name: 'eam', defaultPort: 4004 };
