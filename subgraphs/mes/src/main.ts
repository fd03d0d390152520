import { runSubgraph } from '@enghub/subgraph-kit/run-subgraph';
import { mesProcess } from './config.ts';
import { startMes } from './subgraph.ts';

await runSubgraph(mesProcess, (services) => startMes(services));
