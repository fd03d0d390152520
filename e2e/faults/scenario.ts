/** What a run is made of. */
import type { BrokerQueues } from './broker-queues.ts';
import type { Client } from './client.ts';
import type { ClientLog } from './client-log.ts';
import type { RunPlant } from './plant-of-run.ts';
import type { System, SystemOptions } from './system/system.ts';

/** Evidence that a run had its faults; with less, it says nothing. */
export type Evidence = Readonly<Record<string, number>>;

/** What a scenario has at hand to break. */
export type Run = Readonly<{
  system: System;
  log: ClientLog;
  client: Client;
  plant: RunPlant;
  queues: BrokerQueues | null;
  /** Whether the time for faults is over. */
  isOver(): boolean;
}>;

export type Scenario = Readonly<{
  name: string;
  title: string;
  system: SystemOptions;
  /** Reports a second. */
  rate?: number;
  /** Breaks and puts right again until the time is over. */
  break(run: Run): Promise<void>;
  evidence(minutes: number): Evidence;
  /** What does not need the process that is down must be answered meanwhile. */
  othersAnswer?: boolean;
  /** Dead letters that it makes. */
  deadLetters?: number;
  /** People must not notice it at all: every request is answered. */
  nothingFails?: boolean;
}>;
