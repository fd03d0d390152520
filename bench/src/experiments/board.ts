/** One report, and when two thousand people watching the board have seen it. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { startCpuMeter } from '../machine/cpu-meter.ts';
import { graphAs, tokenFor, type Ask } from '../measure/graph.ts';
import { alternate, median, spreadOf, type Spread } from '../measure/rounds.ts';
import { figure, type Result } from '../results.ts';
import { startAllInOne, type System } from '../systems/all-in-one.ts';
import { makeBenchPlant } from '../systems/bench-plant.ts';
import { startWatchers, type Watchers } from '../systems/board-watchers.ts';
import { ask, createDatabase, dropDatabase, untilNothingWaits } from '../systems/database.ts';
import { ourGateway, startDistributed } from '../systems/distributed.ts';
import { root } from '../systems/node-process.ts';
import { scratchDirectory } from '../systems/scratch.ts';
import type { RunOptions } from '../systems/settings.ts';

type Sample = Readonly<{
  /** From the moment the report was sent. */
  answeredMs: number;
  p50Ms: number;
  lastMs: number;
  /** Messages per socket; more than one would be work for nothing. */
  frames: number;
  gatewayMs: number;
}>;

const SOCKETS = 2_000;
const USERS = 50;
const ONE = 'enghub_bench_board_one';
const MANY = 'enghub_bench_board_many';
// PostgreSQL's sessions tell of what they did when they have been idle for ten seconds.
const STATISTICS_MS = 11_000;

const subscription = readFileSync(`${root}schema/operations/ShiftBoard.graphql`, 'utf8');
const report = `mutation ($input: ReportProductionInput!) { reportProduction(input: $input) {
  ... on ReportProductionPayload { report { shiftDate shift } }
  ... on ProductionReportRefusal { code message } } }`;

type Stage = Readonly<{
  reportOne(): Promise<Sample>;
  /** Reads of the board's rows that PostgreSQL has counted so far, and what one execution takes of them. */
  scans(): Promise<number>;
  scansPerBoard: number;
  stop(): Promise<void>;
}>;

export async function board({ rounds, profileDirectory }: RunOptions): Promise<Result> {
  const scratch = scratchDirectory('board');
  const stops: (() => Promise<unknown>)[] = [() => scratch.remove()];
  const reports = rounds * 4;
  try {
    for (const database of [ONE, MANY]) {
      await createDatabase(database);
      stops.push(() => dropDatabase(database));
    }
    const one = await startAllInOne({ dataDirectory: scratch.path, database: ONE, profileDirectory });
    stops.push(() => one.stop());
    const many = await startDistributed({ database: MANY, profileDirectory });
    stops.push(() => many.stop());
    const behindGateway = await many.startGateway('gateway', ourGateway);

    const stages = new Map<string, Stage>();
    for (const [name, system, database] of [
      ['all-in-one', one, ONE],
      ['distributed', behindGateway, MANY],
    ] as const) {
      console.log(`${name}: ${SOCKETS} sockets …`);
      const stage = await openStage(system, database);
      stops.push(() => stage.stop());
      stages.set(name, stage);
    }
    for (const stage of stages.values()) for (let warmUp = 0; warmUp < 3; warmUp++) await stage.reportOne();

    await pause(STATISTICS_MS);
    const before = await Promise.all([...stages.values()].map((stage) => stage.scans()));
    const samples = await alternate(
      new Map([...stages].map(([name, stage]) => [name, () => stage.reportOne()])),
      reports,
      (name, round, { answeredMs, p50Ms, lastMs }) =>
        console.log(
          `${round + 1}/${reports} ${name.padEnd(12)} answered ${figure(answeredMs)}, p50 ${figure(p50Ms)}, last ${figure(lastMs)} ms`,
        ),
    );
    await pause(STATISTICS_MS);
    const executions = new Map<string, number>();
    for (const [at, [name, stage]] of [...stages].entries())
      executions.set(name, ((await stage.scans()) - before[at]!) / stage.scansPerBoard / reports);
    return asResult(samples, executions, reports);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function openStage(system: System, database: string): Promise<Stage> {
  const { url } = system;
  const plant = await makeBenchPlant(url, 1);
  const operator = graphAs(url, await tokenFor(url, 'emp-101'));
  const operationId = plant.operationIds[0]!;
  let reported = 0;
  const send = async () => {
    reported += 1;
    const input = { requestId: crypto.randomUUID(), operationId, goodQuantity: '1', scrapQuantity: '0' };
    const answer = await operator<{ reportProduction: { report?: { shiftDate: string; shift: string } } }>(report, {
      input,
    });
    if (!answer.reportProduction.report) throw new Error(JSON.stringify(answer));
    return answer.reportProduction.report;
  };
  const { shiftDate, shift } = await send();
  const variables = { stationId: plant.stationId, shiftDate, shift };
  await untilNothingWaits(database);
  const scansPerBoard = await calibrate(database, operator, variables);

  const tokens = await Promise.all(Array.from({ length: USERS }, (_, at) => tokenFor(url, `ID${7000 + at}`)));
  const socketUrl = `${url.replace('http', 'ws')}/graphql`;
  const watchers: Watchers = await startWatchers({
    url: socketUrl,
    tokens,
    sockets: SOCKETS,
    query: subscription,
    variables,
  });
  const gateway = new Map([...system.processes].slice(0, 1));

  return {
    scansPerBoard,
    scans: () => boardScans(database),
    async reportOne() {
      await pause(700);
      const stopMeter = startCpuMeter({ processes: gateway });
      const seen = watchers.untilSeen(String(reported + 1));
      const sentAt = process.hrtime.bigint();
      const shiftNow = await send();
      const answeredMs = Number(process.hrtime.bigint() - sentAt) / 1e6;
      if (shiftNow.shift !== shift) throw new Error('the shift has changed meanwhile: start again');
      const { arrivals, frames } = await seen;
      const [gatewayMs = 0] = stopMeter().ms.values();
      const waits = arrivals.map((at) => Number(BigInt(at) - sentAt) / 1e6);
      return { answeredMs, p50Ms: median(waits), lastMs: Math.max(...waits), frames: frames / SOCKETS, gatewayMs };
    },
    stop: async () => watchers.stop(),
  };
}

/**
 * How often PostgreSQL has looked through the reports, by whatever index: nobody but the board does so here. Counting it
 * there needs no word of the gateway.
 */
async function boardScans(database: string): Promise<number> {
  const [row] = await ask<{ scans: string }>(
    database,
    `SELECT sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)) AS scans FROM pg_stat_all_tables
      WHERE schemaname = 'mes' AND relname ~ '^production_reports_p'`,
  );
  return Number(row!.scans);
}

/** One board may take a scan of several months. */
async function calibrate(database: string, operator: Ask, variables: Record<string, string>): Promise<number> {
  const boards = 10;
  await pause(STATISTICS_MS);
  const before = await boardScans(database);
  const query = subscription.replace('subscription', 'query');
  for (let board = 0; board < boards; board++) await operator(query, variables);
  await pause(STATISTICS_MS);
  return ((await boardScans(database)) - before) / boards;
}

function asResult(
  samples: ReadonlyMap<string, readonly Sample[]>,
  executions: ReadonlyMap<string, number>,
  reports: number,
): Result {
  const names = [...samples.keys()];
  const last = (name: string) => spreadOf(samples.get(name)!, (it) => it.lastMs);
  return {
    name: 'board',
    title: `One report to ${SOCKETS} people at the board`,
    targets: names.flatMap((name) => [
      {
        what: `${name}: executions per report`,
        limit: '1',
        measured: figure(executions.get(name)!),
        met: Math.abs(executions.get(name)! - 1) < 0.05,
      },
      {
        what: `${name}: last arrival, median of the reports`,
        limit: '< 300 ms',
        measured: `${figure(last(name).median)} ms`,
        met: last(name).median < 300,
      },
    ]),
    tables: [
      {
        title: 'Milliseconds from the moment the report was sent',
        rows: names.map((name) => ({
          form: name,
          'report answered': figure(spreadOf(samples.get(name)!, (it) => it.answeredMs).median),
          'p50 arrival': range(spreadOf(samples.get(name)!, (it) => it.p50Ms)),
          'last arrival': range(last(name)),
          'gateway CPU ms': figure(spreadOf(samples.get(name)!, (it) => it.gatewayMs).median),
          'messages per socket': figure(spreadOf(samples.get(name)!, (it) => it.frames).median),
          'executions per report': figure(executions.get(name)!),
        })),
      },
    ],
    notes: [
      `${SOCKETS} sockets of ${USERS} operators, each with one subscription of schema/operations/ShiftBoard.graphql; all sockets are clients in one process on the same machine. ${reports} reports for each form, by turns; median (least … most).`,
      'The clock starts before the report is sent, so the command, its commit, the relay and the tick are in the figures.',
      'Executions are counted by PostgreSQL, not by the gateway: scans of the report table, divided by what one board takes, measured beforehand.',
      'all-in-one ticks in process, distributed over RabbitMQ. In the all-in-one row the gateway is the whole process.',
    ],
    samples: [...samples].map(([name, rounds]) => ({ name, rounds })),
  };
}

const range = ({ median: middle, least, most }: Spread): string =>
  `${figure(middle)} (${figure(least)} … ${figure(most)})`;
