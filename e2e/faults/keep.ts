/** Leaves all that is known of a run in a folder, to look into. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeHistory } from './client-log.ts';
import type { Outcome } from './run-scenario.ts';

export function forget(folder: string, name: string): void {
  rmSync(path.resolve(folder, name), { recursive: true, force: true });
}

export function keep(folder: string, name: string, outcome: Outcome): void {
  const { history, facts, verdict, settled, outputs } = outcome;
  const own = path.resolve(folder, name);
  mkdirSync(own, { recursive: true });
  writeHistory(path.join(own, 'clients.jsonl'), history);
  writeFileSync(path.join(own, 'facts.json'), JSON.stringify(facts));
  writeFileSync(path.join(own, 'verdict.json'), `${JSON.stringify({ verdict, settled }, null, 2)}\n`);
  for (const [process, output] of Object.entries(outputs)) writeFileSync(path.join(own, `${process}.log`), output);
  console.log(`${name}: the clients' log and what the processes said are in ${own}`);
}
