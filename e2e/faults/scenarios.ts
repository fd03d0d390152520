/** The faults of a run, by name: what is broken, in which form of the system, and what must have happened to count. */
import { killOneByOne } from './faults/kills.ts';
import type { Scenario } from './scenario.ts';

export const scenarios: readonly Scenario[] = [
  {
    name: 'F1',
    title: 'any one process killed, every 2.5 s',
    system: { form: 'distributed' },
    break: killOneByOne,
    evidence: (minutes) => ({ kill: 10 * minutes, unknown: 1, reconnect: 1 }),
  },
];
