/** Reporting five hundred rows in one command, against reporting them one by one. */
import { settle, tokenFor } from '../measure/graph.ts';
import { load } from '../measure/load.ts';
import { alternate, spreadOf } from '../measure/rounds.ts';
import { figure, range, type Result } from '../results.ts';
import { makeBenchPlant } from '../systems/bench-plant.ts';
import { countReports, untilNothingWaits } from '../systems/database.ts';
import { onOwnSystem } from '../systems/own-system.ts';
import type { RunOptions } from '../systems/settings.ts';

const DATABASE = 'enghub_bench_batch';
const ROWS = 500;
const ORDERS = 64;

const single = `mutation ReportProduction($input: ReportProductionInput!) {
  reportProduction(input: $input) { __typename } }`;
const many = `mutation ReportProductionBatch($input: ReportProductionBatchInput!) {
  reportProductionBatch(input: $input) {
    __typename ... on ReportProductionBatchPayload { results { __typename } } } }`;

/** How a terminal, or a gateway of terminals, may send what it has. */
const ways = [
  { name: 'one by one, one connection', rows: 1, connections: 1 },
  { name: 'one by one, 32 connections', rows: 1, connections: 32 },
  { name: `${ROWS} a command, one connection`, rows: ROWS, connections: 1 },
  { name: `${ROWS} a command, 4 connections`, rows: ROWS, connections: 4 },
] as const;
type Way = (typeof ways)[number];
type Sample = Readonly<{ rowsPerSecond: number; p50Ms: number }>;

export const batch = ({ rounds, seconds, profileDirectory }: RunOptions): Promise<Result> =>
  onOwnSystem(DATABASE, profileDirectory, async (system) => {
    const { operationIds } = await makeBenchPlant(system.url, ORDERS);
    const token = await tokenFor(system.url, 'emp-101');
    const nextReport = reports(operationIds);

    const measure = async ({ rows, connections }: Way, duration: number): Promise<Sample> => {
      await settle();
      const before = await countReports(DATABASE);
      const { requests, perSecond, p50Ms } = await load({
        url: system.url,
        token,
        connections,
        seconds: duration,
        body: () => (rows === 1 ? bodyOfOne(nextReport()) : bodyOfMany(Array.from({ length: rows }, nextReport))),
        isGood: (answer) => answer.split('"ReportProductionPayload"').length === rows + 1,
      });
      const written = (await countReports(DATABASE)) - before;
      if (written < requests * rows) throw new Error(`${requests * rows} answers, but ${written} reports`);
      // The consumers share the process: what one way left them must not weigh on the next.
      await untilNothingWaits(DATABASE);
      return { rowsPerSecond: perSecond * rows, p50Ms };
    };
    for (const way of ways) await measure(way, 2);
    const samples = await alternate(
      new Map(ways.map((way) => [way, () => measure(way, seconds)])),
      rounds,
      ({ name }, round, { rowsPerSecond }) =>
        console.log(`${round + 1}/${rounds} ${name}: ${figure(rowsPerSecond)} rows/s`),
    );
    return asResult(samples, rounds, seconds);
  });

type Report = Readonly<{ requestId: string; operationId: string | undefined; goodQuantity: string }>;

function reports(operationIds: readonly string[]): () => Report {
  let count = 0;
  const run = crypto.randomUUID();
  return () => {
    count += 1;
    return { requestId: `${run}-${count}`, operationId: operationIds[count % operationIds.length], goodQuantity: '1' };
  };
}

const bodyOfOne = (input: Report) =>
  JSON.stringify({ query: single, operationName: 'ReportProduction', variables: { input } });
const bodyOfMany = (each: readonly Report[]) =>
  JSON.stringify({ query: many, operationName: 'ReportProductionBatch', variables: { input: { reports: each } } });

function asResult(samples: ReadonlyMap<Way, readonly Sample[]>, rounds: number, seconds: number): Result {
  const rate = (way: Way) => spreadOf(samples.get(way)!, (it) => it.rowsPerSecond);
  const [alone, together, batched] = ways;
  const limits = [
    { what: `rows/s in batches of ${ROWS} to one by one, one connection each`, to: alone, limit: 5 },
    { what: `rows/s in batches of ${ROWS} on one connection to one by one on 32`, to: together, limit: 2 },
  ];
  return {
    name: 'batch',
    title: 'Reporting in batches',
    targets: limits.map(({ what, to, limit }) => {
      const ratio = rate(batched).median / rate(to).median;
      return { what, limit: `≥ ${limit}`, measured: figure(ratio), met: ratio >= limit };
    }),
    tables: [
      {
        title: 'Rates',
        rows: ways.map((way) => ({
          way: way.name,
          'rows/s': range(rate(way)),
          'p50 ms per command': figure(spreadOf(samples.get(way)!, (it) => it.p50Ms).median),
        })),
      },
    ],
    notes: [
      `${ORDERS} orders in progress, reported on by turns, every row with a request id of its own and answered on its own; all-in-one form, ${rounds} rounds of ${seconds} s, by turns. Rows are counted in the table before and after.`,
      'Rates are of acknowledged rows; the events behind them are awaited between the rounds and are in no figure.',
    ],
    samples: [...samples].map(([way, each]) => ({ name: way.name, rounds: each })),
  };
}
