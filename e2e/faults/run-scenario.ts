/** One run: a system of its own, people who report, faults, quiet, and what the checker says of it. */
import { setTimeout as pause } from 'node:timers/promises';
import { watchBacklog } from './backlog.ts';
import { brokerQueues } from './broker-queues.ts';
import { check } from './checker.ts';
import { createClient, type Client } from './client.ts';
import { createClientLog, instant, type History } from './client-log.ts';
import { isFlawless, type Verdict } from './counts.ts';
import { openDatabase, type Facts } from './facts.ts';
import { watchOthers } from './others-watcher.ts';
import { makeRunPlant, people, shift, type RunPlant } from './plant-of-run.ts';
import type { Evidence, Scenario } from './scenario.ts';
import { settle, type Settled } from './settle.ts';
import { startSystem, type System } from './system/system.ts';
import { startWorkload } from './workload.ts';

export type Outcome = Readonly<{
  scenario: Scenario;
  seconds: number;
  verdict: Verdict;
  settled: Settled;
  evidence: Evidence;
  /** How often each was hit, by the fault. */
  targets: Readonly<Record<string, Evidence>>;
  missing: readonly string[];
  /** Requests that were not answered, where all should be. */
  failed: number;
  /** The longest time in which no report was acknowledged. */
  gapMs: number;
  /** `void`: flawless, but without its faults. */
  result: 'valid' | 'broken' | 'void';
  history: History;
  facts: Facts;
  outputs: Readonly<Record<string, string>>;
}>;

export type RunOptions = Readonly<{
  minutes: number;
  say(line: string): void;
  /** Loaded into every process of ours. */
  preload?: readonly string[];
  /** After the plant is made, before anybody reports. */
  prepare?(system: System): Promise<void>;
  onSystem?(system: System | null): void;
}>;

/** More than two processors carry; the backlog holds it back. */
const REPORTS_PER_SECOND = 150;

export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const { minutes, say } = options;
  const system = await startSystem({ ...scenario.system, ...(options.preload ? { preload: options.preload } : {}) });
  options.onSystem?.(system);
  const closings: (() => Promise<unknown>)[] = [];
  try {
    const { plant: processes } = system;
    const log = createClientLog();
    const client = createClient(processes.url, processes.tokensUrl);
    const plant = await madeWhenReady(client);
    await options.prepare?.(system);
    const brokerUrl = system.brokerUrl();
    const queues = brokerUrl ? brokerQueues(brokerUrl) : null;
    closings.push(async () => queues?.close());
    say(`${scenario.name}: ${scenario.title}; the plant works`);

    const startedAt = instant();
    const until = startedAt + minutes * 60_000;
    const backlog = watchBacklog(system.databaseUrl, queues);
    closings.push(() => backlog.close());
    const workload = startWorkload({
      client,
      log,
      plant,
      rate: scenario.rate ?? REPORTS_PER_SECOND,
      isBehind: backlog.isLong,
    });
    closings.push(() => workload.close());
    const others = scenario.othersAnswer ? watchOthers(client, log, processes) : null;
    closings.push(async () => others?.close());
    await pause(2_000);
    await scenario.break({ system, log, client, plant, queues, isOver: () => instant() >= until });
    await others?.close();
    // All is back: what clients mean to repeat, they repeat now.
    await workload.finish(30_000);
    const seconds = (instant() - startedAt) / 1000;

    const database = await openDatabase(system.databaseUrl());
    closings.push(() => database.close());
    const settled = await settle(database, queues);
    await lookAtTheDay(client);
    const facts = await database.facts();
    const expected = { deadLetters: scenario.deadLetters ?? 0 };
    let verdict = check(log.history(plant), facts, expected);
    for (let attempt = 0; verdict.counts.wrongBoard > 0 && attempt < 40; attempt++) {
      // A board is told after the fact.
      await pause(250);
      verdict = check(log.history(plant), facts, expected);
    }
    const history = log.history(plant);
    const evidence = evidenceOf(history, verdict);
    const missing = Object.entries(scenario.evidence(minutes)).flatMap(([what, least]) =>
      (evidence[what] ?? 0) < least ? [`${what} ${evidence[what] ?? 0} of ${Math.ceil(least)}`] : [],
    );
    const failed = scenario.nothingFails ? failuresOf(history) : 0;
    const isSound = isFlawless(verdict) && settled.converged && failed === 0;
    return {
      scenario,
      seconds,
      verdict,
      settled,
      evidence,
      targets: targetsOf(history),
      missing,
      failed,
      gapMs: longestGap(history),
      result: !isSound ? 'broken' : missing.length > 0 ? 'void' : 'valid',
      history,
      facts,
      outputs: Object.fromEntries(processes.processes.map((name) => [name, processes.output(name)])),
    };
  } finally {
    for (const close of closings.reverse()) await close().catch(() => undefined);
    await system.stop();
    options.onSystem?.(null);
  }
}

/** The products come from the ERP, which the plant may not have asked yet. */
async function madeWhenReady(client: Client): Promise<RunPlant> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await makeRunPlant(client);
    } catch (error) {
      if (attempt === 10) throw error;
      await pause(1_000);
    }
  }
}

/** Asking for the figures of a day brings them up to date, as it does for people. */
async function lookAtTheDay(client: Client): Promise<void> {
  const query = `query ($factoryId: ID!, $day: LocalDate!) {
    dailyReport(factoryId: $factoryId, from: $day, to: $day, groupBy: [STATION]) { __typename } }`;
  const variables = { factoryId: shift.factoryId, day: shift.date };
  for (let attempt = 0; attempt < 40; attempt++) {
    const reply = await client.ask(people.manager, 'dailyReport', query, variables);
    if (reply.outcome === 'ok') return;
    await pause(500);
  }
}

function evidenceOf({ faults, others, withoutErp, reconnects }: History, { unknown }: Verdict): Record<string, number> {
  const counts: Record<string, number> = { unknown, reconnect: reconnects };
  const killed = new Set(faults.flatMap(({ fault, target }) => (fault === 'kill' ? target : [])));
  if (killed.size > 0) counts['different processes'] = killed.size;
  const answered = others.filter(({ isAnswered }) => isAnswered);
  if (answered.length > 0) counts['answered by others'] = answered.length;
  const notGranted = withoutErp.filter(({ isGranted }) => !isGranted);
  if (notGranted.length > 0) counts['not granted'] = notGranted.length;
  for (const { fault } of faults) counts[fault] = (counts[fault] ?? 0) + 1;
  return counts;
}

function targetsOf({ faults, others }: History): Readonly<Record<string, Evidence>> {
  const targets: Record<string, Record<string, number>> = {};
  const hit = (fault: string, target: string): void => {
    const own = (targets[fault] ??= {});
    own[target] = (own[target] ?? 0) + 1;
  };
  for (const { fault, target } of faults) hit(fault, target);
  for (const { down, asked, isAnswered } of others) if (isAnswered) hit(`answered without ${down.join(', ')}`, asked);
  return targets;
}

function longestGap({ attempts }: History): number {
  const times = attempts
    .flatMap((it) => (it.kind === 'report' && it.outcome === 'ok' ? [it.returnedAt] : []))
    .sort((a, b) => a - b);
  return Math.round(times.reduce((gap, at, index) => Math.max(gap, at - (times[index - 1] ?? at)), 0));
}

const failuresOf = ({ attempts }: History): number =>
  attempts.filter(({ outcome }) => outcome === 'unknown' || outcome === 'unsent').length;
