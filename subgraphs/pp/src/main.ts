import { runSubgraph } from '@enghub/subgraph-kit/run-subgraph';
import { ppProcess } from './config.ts';
import { startPp } from './subgraph.ts';

await runSubgraph(ppProcess, startPp);
