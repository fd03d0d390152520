/** Processes of the plant that die. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Run } from '../scenario.ts';

const EVERY_MS = 2_500;

/** One at a time, by turns in a random order; also one that has not quite come back. It is started again after a moment. */
export async function killOneByOne(run: Run): Promise<void> {
  const { plant } = run.system;
  const returns: Promise<void>[] = [];
  let turns: string[] = [];
  while (!run.isOver()) {
    if (turns.length === 0) turns = [...plant.processes].sort(() => Math.random() - 0.5);
    const name = turns.pop()!;
    returns.push(killAndReturn(run, name));
    await pause(EVERY_MS);
  }
  await Promise.all(returns);
}

export async function killAndReturn(run: Run, name: string): Promise<void> {
  run.log.fault('kill', name);
  await run.system.plant.kill(name);
  await pause(100 + Math.random() * 400);
  await run.system.plant.start(name);
}
