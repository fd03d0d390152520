/** `npm run test:faults [-- F1 F7 … --minutes 1.5 --keep]`: breaks a system of its own, and says whether it kept its promises. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeHistory } from './client-log.ts';
import { runScenario, type Outcome } from './run-scenario.ts';
import { scenarios } from './scenarios.ts';
import type { System } from './system/system.ts';
import { tableOf } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '1.25' },
    /** Keeps the clients' log also of runs that are valid. */
    keep: { type: 'boolean', default: false },
    folder: { type: 'string', default: '.enghub/faults' },
  },
});
const chosen = positionals.length > 0 ? positionals : scenarios.map(({ name }) => name);
const unknown = chosen.filter((name) => !scenarios.some((scenario) => scenario.name === name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. Choose from: ${scenarios.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}

let running: System | null = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    console.error(`\n${signal}: stopping what was started …`);
    void (running?.stop() ?? Promise.resolve()).finally(() => process.exit(1));
  });
}
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
}, 1_000).unref();

const outcomes: Outcome[] = [];
let failures = 0;
for (const name of chosen) {
  const scenario = scenarios.find((it) => it.name === name)!;
  rmSync(path.resolve(values.folder, name), { recursive: true, force: true });
  try {
    const outcome = await runScenario(scenario, {
      minutes: Number(values.minutes),
      say: (line) => console.log(line),
      onSystem: (system) => (running = system),
    });
    outcomes.push(outcome);
    console.log(`\n${tableOf([outcome])}\n`);
    if (outcome.result !== 'valid') console.error(JSON.stringify(outcome.verdict.examples, null, 2));
    if (outcome.result !== 'valid' || values.keep) keep(outcome);
  } catch (error) {
    failures += 1;
    console.error(`${name} could not be run:`, error);
  }
}
console.log(`\n${tableOf(outcomes)}\n`);
process.exit(failures === 0 && outcomes.every(({ result }) => result === 'valid') ? 0 : 1);

function keep({ scenario, history, facts, verdict, settled, outputs }: Outcome): void {
  const folder = path.resolve(values.folder, scenario.name);
  mkdirSync(folder, { recursive: true });
  writeHistory(path.join(folder, 'clients.jsonl'), history);
  writeFileSync(path.join(folder, 'facts.json'), JSON.stringify(facts));
  writeFileSync(path.join(folder, 'verdict.json'), `${JSON.stringify({ verdict, settled }, null, 2)}\n`);
  for (const [name, output] of Object.entries(outputs)) writeFileSync(path.join(folder, `${name}.log`), output);
  console.log(`${scenario.name}: the clients' log and what the processes said are in ${folder}`);
}
