/**
 * `npm run test:faults [-- F1a F7 … --minutes 1.5 --keep]`: breaks a system of its own, and says whether it kept its
 * promises. `--defects [names]` puts mistakes into the product and says whether the checker notices. `--long [names]` runs
 * every scenario for so long that it counts, and keeps the figures; `--table` writes them into docs/reliability.md.
 */
import { parseArgs } from 'node:util';
import { defects } from './defects/defects.ts';
import { defectTable, type DefectRecord } from './defects/defect-table.ts';
import { runDefect } from './defects/run-defects.ts';
import { forget, keep } from './keep.ts';
import { aboutThisMachine, merged, minutesOf, missingOf, required, type LongResults } from './long.ts';
import { writePage, type DefectResults } from './page.ts';
import { readResults, recordOf, writeResults, type RunRecord } from './records.ts';
import { runScenario } from './run-scenario.ts';
import { onSystem, stopWithUs } from './running.ts';
import { scenarios } from './scenarios.ts';
import { tableOf } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string' },
    /** Keeps the clients' log also of runs that are valid. */
    keep: { type: 'boolean', default: false },
    folder: { type: 'string', default: '.enghub/faults' },
    defects: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    /** Of the long mode's times. */
    stretch: { type: 'string', default: '1' },
    table: { type: 'boolean', default: false },
  },
});
const minutes = values.minutes === undefined ? undefined : Number(values.minutes);

function chosenOf<Item extends Readonly<{ name: string }>>(all: readonly Item[]): readonly Item[] {
  const unknown = positionals.filter((name) => !all.some((item) => item.name === name));
  if (unknown.length > 0) {
    console.error(`There is no ${unknown.join(', ')}. Choose from: ${all.map(({ name }) => name).join(', ')}.`);
    process.exit(1);
  }
  return positionals.length > 0 ? positionals.map((name) => all.find((item) => item.name === name)!) : all;
}

stopWithUs();
process.exit((await run()) ? 0 : 1);

async function run(): Promise<boolean> {
  if (values.defects) return runDefects();
  if (values.long || !values.table) return values.long ? runLong() : (await runScenarios()).isSound;
  writePage();
  return true;
}

async function runScenarios(
  timeOf: (name: string) => number = () => 1.25,
): Promise<Readonly<{ isSound: boolean; records: readonly RunRecord[] }>> {
  const records: RunRecord[] = [];
  let failures = 0;
  for (const scenario of chosenOf(scenarios)) {
    const { name } = scenario;
    forget(values.folder, name);
    try {
      const say = (line: string) => console.log(line);
      const outcome = await runScenario(scenario, { minutes: minutes ?? timeOf(name), say, onSystem });
      records.push(recordOf(outcome));
      console.log(`\n${tableOf(records.slice(-1))}\n`);
      if (outcome.result !== 'valid') console.error(JSON.stringify(outcome.verdict.examples, null, 2));
      if (outcome.result !== 'valid' || values.keep) keep(values.folder, name, outcome);
    } catch (error) {
      failures += 1;
      console.error(`${name} could not be run:`, error);
    }
  }
  console.log(`\n${tableOf(records)}\n`);
  return { isSound: failures === 0 && records.every(({ result }) => result === 'valid'), records };
}

/** With `--minutes`, a rehearsal of which nothing is kept. */
async function runLong(): Promise<boolean> {
  const { isSound, records } = await runScenarios((name) => (minutesOf[name] ?? 1.25) * Number(values.stretch));
  const known = positionals.length > 0 ? (readResults<LongResults>('long')?.records ?? []) : [];
  const all = merged(known, records);
  const missing = missingOf(all);
  console.log(missing.length > 0 ? `Not enough: ${missing.join(', ')}.` : `Enough: ${JSON.stringify(required)}.`);
  if (minutes === undefined) {
    console.log(`Wrote ${writeResults<LongResults>('long', { about: aboutThisMachine(), records: all })}`);
    if (values.table) writePage();
  }
  return isSound && missing.length === 0;
}

async function runDefects(): Promise<boolean> {
  const records: DefectRecord[] = [];
  const chosen = chosenOf(defects);
  for (const defect of chosen) {
    forget(values.folder, defect.name);
    try {
      const options = { ...(minutes ? { minutes } : {}), ...(values.keep ? { folder: values.folder } : {}) };
      records.push(await runDefect(defect, options));
      console.log(`\n${defectTable(records.slice(-1))}\n`);
    } catch (error) {
      console.error(`${defect.name} could not be run:`, error);
    }
  }
  console.log(`\n${defectTable(records)}\n`);
  if (records.length > 0) {
    const known = readResults<DefectResults>('defects')?.records ?? [];
    const byName = new Map([...known, ...records].map((record) => [record.name, record]));
    const all = defects.flatMap(({ name }) => byName.get(name) ?? []);
    writeResults<DefectResults>('defects', { about: aboutThisMachine(), records: all });
    if (values.table) writePage();
  }
  return records.length === chosen.length && records.every(({ isCaught }) => isCaught);
}
