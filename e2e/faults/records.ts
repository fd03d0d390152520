/** What is kept of a run: figures, without the clients' log and what the processes said. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CountName } from './counts.ts';
import type { Outcome } from './run-scenario.ts';
import type { Evidence } from './scenario.ts';

export type RunRecord = Readonly<{
  name: string;
  title: string;
  form: string;
  seconds: number;
  acknowledged: number;
  attempts: number;
  unknown: number;
  recovered: number;
  refused: number;
  resent: number;
  evidence: Evidence;
  targets: Outcome['targets'];
  missing: readonly string[];
  failed: number;
  gapMs: number;
  quietAfterMs: number;
  converged: boolean;
  left: string;
  counts: Readonly<Record<CountName, number>>;
  result: Outcome['result'];
}>;

export function recordOf({ scenario, verdict, settled, ...outcome }: Outcome): RunRecord {
  const { seconds, evidence, targets, missing, failed, gapMs, result } = outcome;
  const { counts, acknowledged, attempts, unknown, recovered, refused, resent } = verdict;
  return {
    name: scenario.name,
    title: scenario.title,
    form: scenario.system.form,
    seconds: Math.round(seconds),
    acknowledged,
    attempts,
    unknown,
    recovered,
    refused,
    resent,
    evidence,
    targets,
    missing,
    failed,
    gapMs,
    quietAfterMs: settled.ms,
    converged: settled.converged,
    left: settled.left,
    counts,
    result,
  };
}

/** The machine and the program, for whoever compares figures. */
export type About = Readonly<{ at: string; node: string; processors: number; processorModel: string }>;

const folder = fileURLToPath(new URL('./results/', import.meta.url));

export function writeResults<Content extends object>(name: 'long' | 'defects', content: Content): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}.json`);
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  return file;
}

export function readResults<Content extends object>(name: 'long' | 'defects'): Content | null {
  try {
    return JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
