import { runSubgraph } from '@enghub/subgraph-kit/run-subgraph';
import { eamProcess } from './config.ts';
import { startEam } from './subgraph.ts';

await runSubgraph(eamProcess, startEam);
