/** Reporting production through the graph, against pgbench calling the same SQL function with one report per call. */
import { startCpuMeter, type CpuUse } from '../machine/cpu-meter.ts';
import { graphAs, settle, tokenFor } from '../measure/graph.ts';
import { load } from '../measure/load.ts';
import { alternate, spreadOf } from '../measure/rounds.ts';
import { figure, range, type Result } from '../results.ts';
import { startAllInOne } from '../systems/all-in-one.ts';
import { makeBenchPlant } from '../systems/bench-plant.ts';
import {
  backlogOf,
  countReports,
  createDatabase,
  dropDatabase,
  postmasterPid,
  untilNothingWaits,
} from '../systems/database.ts';
import { isPgbenchThere, runPgbench, preparePgbench } from '../systems/pgbench.ts';
import { scratchDirectory } from '../systems/scratch.ts';
import type { RunOptions } from '../systems/settings.ts';

type Sample = Readonly<{
  reports: number;
  perSecond: number;
  /** Reports per second when the time counts too that their events took afterwards. */
  sustained: number;
  eventsLeft: number;
  p50Ms: number;
  p99Ms: number;
  cpu: CpuUse;
}>;

const CONCURRENCY = 32;
const ORDERS = 64;
const GRAPH = 'enghub_bench_report_graph';
const PGBENCH = 'enghub_bench_report_pgbench';

const mutation = `mutation ReportProduction($input: ReportProductionInput!) {
  reportProduction(input: $input) {
    __typename
    ... on ReportProductionPayload { report { id } }
    ... on ProductionReportRefusal { code message } } }`;

export async function report({ rounds, seconds, profileDirectory }: RunOptions): Promise<Result> {
  if (!isPgbenchThere())
    throw new Error('pgbench is missing: it comes with the PostgreSQL client (Debian: postgresql-contrib)');
  const scratch = scratchDirectory('report');
  const stops: (() => Promise<unknown>)[] = [() => scratch.remove()];
  try {
    await createDatabase(GRAPH);
    stops.push(() => dropDatabase(GRAPH));
    const first = await startAllInOne({ dataDirectory: scratch.path, database: GRAPH });
    const plant = await prepare(first.url).finally(() => untilNothingWaits(GRAPH).finally(() => first.stop()));
    await createDatabase(PGBENCH, GRAPH);
    stops.push(() => dropDatabase(PGBENCH));
    const script = `${scratch.path}/pgbench.sql`;
    const modelReports = await preparePgbench(PGBENCH, script);
    if (modelReports !== ORDERS) throw new Error(`${modelReports} model reports instead of ${ORDERS}`);

    const system = await startAllInOne({ dataDirectory: scratch.path, database: GRAPH, profileDirectory });
    stops.push(() => system.stop());
    const token = await tokenFor(system.url, 'emp-101');
    const nextBody = bodies(plant.operationIds);
    const postmaster = await postmasterPid();
    const families = new Map(postmaster ? [['PostgreSQL', postmaster]] : []);
    const generator = new Map([['load generator', process.pid]]);

    const throughGraph = async (duration: number): Promise<Sample> => {
      await settle();
      const before = await countReports(GRAPH);
      const stopMeter = startCpuMeter({ processes: new Map([...system.processes, ...generator]), families });
      const loaded = await load({
        url: system.url,
        token,
        connections: CONCURRENCY,
        seconds: duration,
        body: nextBody,
        isGood: (answer) => answer.includes('"ReportProductionPayload"'),
      });
      const cpu = stopMeter();
      const eventsLeft = await backlogOf(GRAPH);
      const afterwards = await untilNothingWaits(GRAPH);
      const reports = (await countReports(GRAPH)) - before;
      if (reports < loaded.requests) throw new Error(`${loaded.requests} answers, but ${reports} reports`);
      const { perSecond, p50Ms, p99Ms } = loaded;
      return { reports, perSecond, sustained: reports / (cpu.seconds + afterwards), eventsLeft, p50Ms, p99Ms, cpu };
    };
    const throughPgbench = async (duration: number, round: number): Promise<Sample> => {
      await settle();
      const before = await countReports(PGBENCH);
      const stopMeter = startCpuMeter({ processes: new Map(), families });
      const perSecond = await runPgbench({
        database: PGBENCH,
        script,
        bodies: ORDERS,
        clients: CONCURRENCY,
        seconds: duration,
        round,
      });
      const cpu = stopMeter();
      const reports = (await countReports(PGBENCH)) - before;
      if (Math.abs(reports / (perSecond * duration) - 1) > 0.1)
        throw new Error(`pgbench counts ${perSecond * duration} calls, the table ${reports} reports`);
      return { reports, perSecond, sustained: perSecond, eventsLeft: 0, p50Ms: NaN, p99Ms: NaN, cpu };
    };
    await throughGraph(3);
    await throughPgbench(3, 0);
    const samples = await alternate(
      new Map([
        ['graph', () => throughGraph(seconds)],
        ['pgbench', (round: number) => throughPgbench(seconds, round + 1)],
      ]),
      rounds,
      (name, round, { perSecond, eventsLeft }) =>
        console.log(
          `${round + 1}/${rounds} ${name.padEnd(8)} ${figure(perSecond)} reports/s, ${eventsLeft} events left`,
        ),
    );
    return asResult(samples, rounds, seconds);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function prepare(url: string) {
  const plant = await makeBenchPlant(url, ORDERS);
  const operator = graphAs(url, await tokenFor(url, 'emp-101'));
  const nextBody = bodies(plant.operationIds);
  for (let order = 0; order < ORDERS; order++) {
    const { query, variables } = JSON.parse(nextBody()) as { query: string; variables: Record<string, unknown> };
    await operator(query, variables);
  }
  return plant;
}

/** Each body reports on the next operation, under a request id of its own. */
function bodies(operationIds: readonly string[]): () => string {
  let count = 0;
  const run = crypto.randomUUID();
  return () => {
    count += 1;
    const operationId = operationIds[count % operationIds.length];
    const input = { requestId: `${run}-${count}`, operationId, goodQuantity: '1', scrapQuantity: '0' };
    return JSON.stringify({ query: mutation, operationName: 'ReportProduction', variables: { input } });
  };
}

function asResult(samples: ReadonlyMap<string, readonly Sample[]>, rounds: number, seconds: number): Result {
  const graph = samples.get('graph')!;
  const pgbench = samples.get('pgbench')!;
  const rate = (each: readonly Sample[]) => spreadOf(each, (it) => it.perSecond);
  const ratio = rate(graph).median / rate(pgbench).median;
  const cpu = (each: readonly Sample[], name: string) =>
    figure(spreadOf(each, (it) => ((it.cpu.ms.get(name) ?? NaN) * 1000) / it.reports).median);
  const cores = (each: readonly Sample[], name: string) =>
    figure(spreadOf(each, (it) => (it.cpu.ms.get(name) ?? NaN) / 1000 / it.cpu.seconds).median);
  const row = (by: string, each: readonly Sample[]) => ({
    by,
    'reports/s': range(rate(each)),
    'p50 ms': figure(spreadOf(each, (it) => it.p50Ms).median),
    'p99 ms': figure(spreadOf(each, (it) => it.p99Ms).median),
    'Node CPU µs per report': cpu(each, 'all-in-one'),
    'PostgreSQL CPU µs per report': cpu(each, 'PostgreSQL'),
  });
  return {
    name: 'report',
    title: 'Reporting production',
    targets: [
      {
        what: `reports through the graph to calls by pgbench, at concurrency ${CONCURRENCY}`,
        limit: '≥ 0.25',
        measured: figure(ratio),
        met: ratio >= 0.25,
      },
    ],
    tables: [
      { title: 'Rates', rows: [row('graph', graph), row('pgbench', pgbench)] },
      {
        title: 'Cores in use',
        rows: ['all-in-one', 'PostgreSQL', 'load generator'].map((name) => ({
          process: name,
          'during graph': cores(graph, name),
          'during pgbench': cores(pgbench, name),
        })),
      },
      {
        title: 'Events behind the reports',
        rows: [
          {
            'events left when the load ends': range(spreadOf(graph, (it) => it.eventsLeft)),
            'reports/s, until every event has had its effect': range(spreadOf(graph, (it) => it.sustained)),
          },
        ],
      },
    ],
    notes: [
      `${ORDERS} orders in progress with one operation each, reported on by turns; every request has an id of its own. ${CONCURRENCY} connections, ${rounds} rounds of ${seconds} s, by turns; median (least … most).`,
      'The graph is the all-in-one form on the same PostgreSQL server. Its figure includes HTTP, token, permissions, limits, rules, the statement, the relay and the consumers of quality, equipment and planning, which run in the same process at the same time.',
      'pgbench calls mes.report_production with one report per call, prepared, as the same role under the same row-level security, with the same body and events (it fills the ids in by replace()), in a copy of the database that nothing else works on. Both tables are counted before and after.',
      'While a statement is on its way, the graph collects the reports that come in and sends them together: that is how it can come near to, or pass, a client that sends one per statement.',
      'The load generator and pgbench take their part of the same cores. What remains of two cores is the kernel, other programs and waiting for the disk.',
    ],
    samples: [...samples].map(([name, each]) => ({
      name,
      rounds: each.map(({ cpu: use, ...rest }) => ({
        ...rest,
        seconds: use.seconds,
        cpuMs: Object.fromEntries(use.ms),
      })),
    })),
  };
}
