/** Each seeded defect in the scenario that is to catch it: a checker that nobody has seen fail proves nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keep } from '../keep.ts';
import { recordOf } from '../records.ts';
import { runScenario } from '../run-scenario.ts';
import { onSystem } from '../running.ts';
import { scenarios } from '../scenarios.ts';
import { changeFunctions, writeOverlay } from './apply.ts';
import type { Defect } from './defect.ts';
import type { DefectRecord } from './defect-table.ts';

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
