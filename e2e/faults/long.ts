/** The long mode: every scenario for so long that together they are enough to speak of. */
import { availableParallelism, cpus } from 'node:os';
import type { About, RunRecord } from './records.ts';
import { totalEvidence } from './table.ts';

/** By scenario; the starts and ends of the runs come on top, half a minute or so each. */
export const minutesOf: Readonly<Record<string, number>> = {
  F1a: 4.5,
  F1b: 2.5,
  F1c: 2,
  F2: 2,
  F3a: 2.5,
  F3b: 2,
  F4: 2,
  F5: 1.5,
  F6: 1.5,
  F6b: 1.5,
  F7: 1.5,
  F8a: 1.5,
  F8b: 1,
  F9a: 10,
  F9b: 2,
  F10: 1.5,
  F11: 1.5,
  F12: 1.5,
  F13: 1,
  F14: 2,
  F17: 1.5,
  F22: 1.5,
};

export type LongResults = Readonly<{ about: About; records: readonly RunRecord[] }>;

/** With less than these, it was not the long mode. */
export const required = { acknowledged: 100_000, kill: 200, leader: 5, promotion: 3 } as const;

export function missingOf(records: readonly RunRecord[]): string[] {
  const acknowledged = records.reduce((sum, record) => sum + record.acknowledged, 0);
  const evidence = totalEvidence(records);
  const has: Readonly<Record<string, number>> = { ...evidence, acknowledged };
  return Object.entries(required).flatMap(([what, least]) =>
    (has[what] ?? 0) < least ? [`${what} ${has[what] ?? 0} of ${least}`] : [],
  );
}

/** What was run again takes the place of what was known; in the order of the scenarios. */
export function merged(known: readonly RunRecord[], fresh: readonly RunRecord[]): readonly RunRecord[] {
  const byName = new Map([...known, ...fresh].map((record) => [record.name, record]));
  return Object.keys(minutesOf).flatMap((name) => byName.get(name) ?? []);
}

export const aboutThisMachine = (): About => ({
  at: new Date().toISOString().slice(0, 10),
  node: process.version,
  processors: availableParallelism(),
  processorModel: cpus()[0]?.model ?? 'unknown',
});
