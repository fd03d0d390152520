/** One shift's board while the table of reports grows from ten thousand rows to ten million. */
import { settle, tokenFor } from '../measure/graph.ts';
import { load } from '../measure/load.ts';
import { alternate, spreadOf } from '../measure/rounds.ts';
import { figure, range, type Result } from '../results.ts';
import { startAllInOne } from '../systems/all-in-one.ts';
import { makeBenchPlant, type BenchPlant } from '../systems/bench-plant.ts';
import { createDatabase, dropDatabase, untilNothingWaits } from '../systems/database.ts';
import { fillHistory, fillShift, SHIFT } from '../systems/report-history.ts';
import { scratchDirectory } from '../systems/scratch.ts';
import type { RunOptions } from '../systems/settings.ts';

const SIZES = [10_000, 1_000_000, 10_000_000] as const;
const LIMIT = 1.5;

const query = `query ShiftBoard($stationId: ID!, $shiftDate: LocalDate!, $shift: String!) {
  shiftBoard(stationId: $stationId, shiftDate: $shiftDate, shift: $shift) {
    goodQuantity reportCount lines { goodQuantity workOrder { number } } currentWorkOrder { number } } }`;

type Sample = Readonly<{ p50Ms: number; p99Ms: number; perSecond: number }>;

export async function growth({ rounds, seconds, profileDirectory }: RunOptions): Promise<Result> {
  const scratch = scratchDirectory('growth');
  const stops: (() => Promise<unknown>)[] = [() => scratch.remove()];
  try {
    let plant: BenchPlant | undefined;
    let last = '';
    for (const size of SIZES) {
      const database = `enghub_bench_growth_${size}`;
      await createDatabase(database, last || undefined);
      stops.push(() => dropDatabase(database));
      if (!last) {
        const first = await startAllInOne({ dataDirectory: scratch.path, database });
        plant = await makeBenchPlant(first.url, 64).finally(() => untilNothingWaits(database).then(() => first.stop()));
        await fillShift(database);
      }
      console.log(`filling ${size} reports`);
      await fillHistory(database, last ? SIZES[SIZES.indexOf(size) - 1]! : 0, size);
      last = database;
    }
    const variables = { stationId: plant!.stationId, shiftDate: SHIFT.shiftDate, shift: SHIFT.shift };
    const body = JSON.stringify({ query, operationName: 'ShiftBoard', variables });
    const isGood = (answer: string) => answer.includes(`"reportCount":${SHIFT.reports}`);
    // One process at a time: three would need more connections than PostgreSQL gives.
    const measure = async (size: number): Promise<Sample> => {
      const database = `enghub_bench_growth_${size}`;
      const { url, stop } = await startAllInOne({ dataDirectory: scratch.path, database, profileDirectory });
      try {
        const token = await tokenFor(url, 'emp-101');
        await load({ url, token, connections: 1, seconds: 3, body, isGood });
        await settle();
        return await load({ url, token, connections: 1, seconds, body, isGood });
      } finally {
        await stop();
      }
    };
    const samples = await alternate(
      new Map(SIZES.map((size) => [size, () => measure(size)])),
      rounds,
      (size, round, { p50Ms }) => console.log(`${round + 1}/${rounds} ${size} reports: ${figure(p50Ms)} ms`),
    );
    return asResult(samples, rounds, seconds);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

function asResult(samples: ReadonlyMap<number, readonly Sample[]>, rounds: number, seconds: number): Result {
  // Whole milliseconds are too coarse for a median of ten: one at a time, the mean is one second by the rate.
  const meanMs = (size: number) => spreadOf(samples.get(size)!, (it) => 1000 / it.perSecond);
  const [small, , large] = SIZES;
  const ratio = meanMs(large).median / meanMs(small).median;
  return {
    name: 'growth',
    title: 'A shift board as the reports grow',
    targets: [
      {
        what: 'time of a shift board at 10,000,000 reports to 10,000',
        limit: `≤ ${LIMIT}`,
        measured: figure(ratio),
        met: ratio <= LIMIT,
      },
    ],
    tables: [
      {
        title: 'One board after another',
        rows: SIZES.map((size) => ({
          'reports in the table': size.toLocaleString('en'),
          'ms per board, one at a time': range(meanMs(size)),
          'boards/s': figure(spreadOf(samples.get(size)!, (it) => it.perSecond).median),
          'p99 ms': figure(spreadOf(samples.get(size)!, (it) => it.p99Ms).median),
        })),
      },
    ],
    notes: [
      `The board's own shift holds ${SHIFT.reports} reports at every size; the others lie evenly on 360 days and 40 stations. Through the graph of the all-in-one form, with all of its limits and permissions; ${rounds} rounds of ${seconds} s, by turns.`,
      'The rows of the past are written by SQL into the partitions of their months; the indexes are those of the migrations.',
    ],
    samples: [...samples].map(([size, each]) => ({ name: String(size), rounds: each })),
  };
}
