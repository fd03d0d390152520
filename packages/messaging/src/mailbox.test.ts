import { describeMailbox } from './mailbox-contract.ts';
import { memoryBench } from './model/memory-bench.ts';

describeMailbox('a mailbox in memory', memoryBench);
