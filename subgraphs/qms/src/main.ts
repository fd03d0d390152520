import { runSubgraph } from '@enghub/subgraph-kit/run-subgraph';
import { qmsProcess } from './config.ts';
import { startQms } from './subgraph.ts';

await runSubgraph(qmsProcess, startQms);
