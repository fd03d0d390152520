/** Each seeded defect in the scenario that is to catch it: a checker that nobody has seen fail proves nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keep } from '../keep.ts';
import { recordOf, type RunRecord } from '../records.ts';
import { runScenario } from '../run-scenario.ts';
import { onSystem } from '../running.ts';
import { scenarios } from '../scenarios.ts';
import { flawsOf, lines } from '../table.ts';
import { changeFunctions, writeOverlay } from './apply.ts';
import type { Defect } from './defect.ts';

export type DefectRecord = Readonly<{
  name: string;
  title: string;
  caughtBy: Defect['caughtBy'];
  isCaught: boolean;
  run: RunRecord;
}>;

export async function runDefect(
  defect: Defect,
  options: Readonly<{ minutes?: number; folder?: string }>,
): Promise<DefectRecord> {
  const scenario = scenarios.find(({ name }) => name === defect.scenario)!;
  const sources = mkdtempSync(path.join(tmpdir(), 'enghub-defect-'));
  try {
    const outcome = await runScenario(scenario, {
      minutes: options.minutes ?? defect.minutes,
      say: (line) => console.log(`${defect.name}: ${defect.title}\n${line}`),
      preload: writeOverlay(defect, sources),
      prepare: (system) => changeFunctions(defect, system),
      onSystem,
    });
    if (options.folder) keep(options.folder, defect.name, outcome);
    const { counts } = outcome.verdict;
    const isCaught = defect.caughtBy.some((name) => counts[name] > 0);
    const { name, title, caughtBy } = defect;
    return { name, title, caughtBy, isCaught, run: recordOf(outcome) };
  } finally {
    rmSync(sources, { recursive: true, force: true });
  }
}

export const defectTable = (records: readonly DefectRecord[]): string =>
  lines([
    ['defect', 'what it does', 'scenario', 'seconds', 'acknowledged', 'counts that are not zero', 'caught'],
    ...records.map(({ name, title, caughtBy, isCaught, run }) => [
      name,
      title,
      `${run.name}: ${run.title}`,
      run.seconds.toFixed(0),
      String(run.acknowledged),
      flawsOf(run.counts).join(', ') || 'none',
      isCaught ? `by ${caughtBy.filter((count) => run.counts[count] > 0).join(', ')}` : '**no**',
    ]),
  ]);
