/** Processes of the plant that die. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Run } from '../scenario.ts';
import type { CommitSide } from '../system/fault-proxy.ts';
import { STEADY_MS } from '../others-watcher.ts';
import { subgraphs } from '../system/plant.ts';

const KILL_EVERY_MS = 2_500;
const AWAY_MS = 8_000;

/** One at a time, by turns in a random order; also one that has not quite come back. It is started again after a moment. */
export async function killOneByOne(run: Run): Promise<void> {
  const { plant } = run.system;
  const returns: Promise<void>[] = [];
  const turns = turnsOf(plant.processes);
  while (!run.isOver()) {
    returns.push(killAndReturn(run, turns()));
    await pause(KILL_EVERY_MS);
  }
  await Promise.all(returns);
}

/** Each subgraph is away for a while by turns, and only it: nobody else may be missing meanwhile. */
export async function takeAwayByTurns(run: Run): Promise<void> {
  const { plant } = run.system;
  const turns = turnsOf(subgraphs);
  while (!run.isOver()) {
    await pause(STEADY_MS + 1_000);
    const name = turns();
    run.log.fault('kill', name);
    await plant.kill(name);
    await pause(AWAY_MS);
    await plant.start(name);
  }
}

/** The one process of the system in process, at any point of its life. */
export async function killTheOne(run: Run): Promise<void> {
  const [name] = run.system.plant.processes;
  while (!run.isOver()) {
    const started = killAndReturn(run, name!);
    // Now and then it does not get to its feet before it falls again.
    if (Math.random() < 0.2) await pause(500 + Math.random() * 4_000);
    else await started;
    await pause(500 + Math.random() * 4_000);
    await Promise.race([started, pause(1)]);
  }
  if (!run.system.plant.isUp(name!)) await killAndReturn(run, name!);
}

export async function killAllAtOnce(run: Run): Promise<void> {
  const { plant } = run.system;
  while (!run.isOver()) {
    for (const name of plant.processes) run.log.fault('kill', name);
    await Promise.all(plant.processes.map((name) => plant.kill(name)));
    await Promise.all(plant.processes.map((name) => plant.start(name)));
    await pause(6_000);
  }
}

/** Each just before or just after one of its commits: the client's, a consumer's, or the relay's. */
export async function killAtCommits(run: Run): Promise<void> {
  const { plant, databases } = run.system;
  // What commits all the time; mes does most.
  const turns = turnsOf(plant.form === 'in process' ? subgraphs.filter(isBusy) : ['mes', 'mes', 'qms', 'eam']);
  const sides: CommitSide[] = ['before', 'after'];
  for (let round = 0; !run.isOver(); round++) {
    const name = turns();
    const side = sides[round % 2]!;
    const process = plant.form === 'in process' ? plant.processes[0]! : name;
    const proxy = databases.get(name)!;
    const hit = proxy.armCommit(side, Math.floor(Math.random() * 12), async () => {
      run.log.fault('kill', process);
      run.log.fault(`${side} commit`, name);
      await plant.kill(process);
    });
    const isHit = await Promise.race([hit.then(() => true), pause(5_000, false)]);
    proxy.disarm();
    if (!isHit) continue;
    await plant.start(process);
    await pause(300 + Math.random() * 700);
  }
}

const isBusy = (name: string): boolean => ['mes', 'qms', 'eam'].includes(name);

/** Stands still for longer than the broker waits for it, and goes on as if nothing had been. */
export async function freezeConsumers(run: Run): Promise<void> {
  const { plant } = run.system;
  const turns = turnsOf(['qms', 'mes', 'eam']);
  while (!run.isOver()) {
    const name = turns();
    run.log.fault('freeze', name);
    plant.freeze(name);
    await pause(25_000);
    plant.thaw(name);
    await pause(6_000);
  }
}

async function killAndReturn(run: Run, name: string): Promise<void> {
  run.log.fault('kill', name);
  await run.system.plant.kill(name);
  await pause(100 + Math.random() * 400);
  await run.system.plant.start(name);
}

/** Everybody once before anybody twice. */
export function turnsOf<Item>(items: readonly Item[]): () => Item {
  let left: Item[] = [];
  return () => {
    if (left.length === 0) left = [...items].sort(() => Math.random() - 0.5);
    return left.pop()!;
  };
}
