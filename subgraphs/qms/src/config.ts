import type { SubgraphProcess } from '@enghub/subgraph-kit/run-subgraph';

/** QMS as a process: QMS_PORT, QMS_DATABASE_URL. */
export const qmsProcess: SubgraphProcess = { name: 'qms', defaultPort: 4002 };
