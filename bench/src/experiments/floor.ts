/** What one floor query costs: in one process, distributed with our data source, distributed with Apollo's. */
import { readFileSync } from 'node:fs';
import { startCpuMeter, type CpuUse } from '../machine/cpu-meter.ts';
import { postmasterPid } from '../systems/database.ts';
import { graphAs, settle, tokenFor } from '../measure/graph.ts';
import { load, type Load } from '../measure/load.ts';
import { alternate, spreadOf, type Spread } from '../measure/rounds.ts';
import { figure, type Result } from '../results.ts';
import { startAllInOne, type System } from '../systems/all-in-one.ts';
import { createDatabase, dropDatabase, untilNothingWaits } from '../systems/database.ts';
import { ourGateway, startDistributed, stockGateway } from '../systems/distributed.ts';
import { root } from '../systems/node-process.ts';
import type { RunOptions } from '../systems/settings.ts';
import { scratchDirectory } from '../systems/scratch.ts';

type Sample = Load & Readonly<{ cpu: CpuUse }>;

/** One at a time is what a query costs; many at once is what a full process makes of it. */
const CONNECTIONS = [1, 16] as const;
const WARM_UP_SECONDS = 5;
const STOCK = 'distributed, stock data source';
const keyOf = (form: string, connections: number) => `${form} × ${connections}`;
const ONE = 'enghub_bench_floor_one';
const MANY = 'enghub_bench_floor_many';

const document = readFileSync(`${root}schema/operations/Floor.graphql`, 'utf8');

export async function floor({ rounds, seconds, profileDirectory }: RunOptions): Promise<Result> {
  const scratch = scratchDirectory('floor');
  const stops: (() => Promise<unknown>)[] = [() => scratch.remove()];
  try {
    await createDatabase(ONE);
    stops.push(() => dropDatabase(ONE));
    console.log('Importing the plant log once …');
    const importing = await startAllInOne({ dataDirectory: scratch.path, database: ONE, importLog: true });
    await untilNothingWaits(ONE).finally(() => importing.stop());
    await createDatabase(MANY, ONE);
    stops.push(() => dropDatabase(MANY));

    console.log('Starting both forms …');
    const one = await startAllInOne({ dataDirectory: scratch.path, database: ONE, profileDirectory });
    stops.push(() => one.stop());
    const many = await startDistributed({ database: MANY, profileDirectory });
    stops.push(() => many.stop());
    const systems = new Map<string, System>([
      ['all-in-one', one],
      ['distributed', await many.startGateway('gateway', ourGateway)],
      [STOCK, await many.startGateway('stock-gateway', stockGateway)],
    ]);
    const { tokens, answerBytes } = await sameAnswers(systems);
    await Promise.all([untilNothingWaits(ONE), untilNothingWaits(MANY)]);

    const postmaster = await postmasterPid();
    const families = new Map(postmaster ? [['PostgreSQL', postmaster]] : []);
    const measure = async (name: string, system: System, connections: number, duration: number): Promise<Sample> => {
      await settle();
      const stopMeter = startCpuMeter({ processes: system.processes, families });
      const measured = await load({
        url: system.url,
        token: tokens.get(name)!,
        connections,
        seconds: duration,
        body: JSON.stringify({ query: document, operationName: 'Floor' }),
        isGood: (answer) => answer.length === answerBytes,
      });
      return { ...measured, cpu: stopMeter() };
    };
    for (const [name, system] of systems) await measure(name, system, Math.max(...CONNECTIONS), WARM_UP_SECONDS);
    const candidates = CONNECTIONS.flatMap((connections) =>
      [...systems].map(
        ([name, system]) => [keyOf(name, connections), () => measure(name, system, connections, seconds)] as const,
      ),
    );
    const samples = await alternate(new Map(candidates), rounds, (name, round, sample) =>
      console.log(
        `${round + 1}/${rounds} ${name.padEnd(36)} ${figure(nodeMs(sample))} ms of CPU per query, ${figure(sample.perSecond)}/s`,
      ),
    );
    return asResult([...systems.keys()], samples, { rounds, seconds, answerBytes });
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** All forms must give the same answer, or they did not do the same work. */
async function sameAnswers(systems: ReadonlyMap<string, System>) {
  const tokens = new Map<string, string>();
  const answers = new Set<string>();
  for (const [name, { url }] of systems) {
    const token = await tokenFor(url, 'emp-001');
    tokens.set(name, token);
    answers.add(JSON.stringify(await graphAs(url, token)(document)));
  }
  const [answer] = answers;
  if (answers.size !== 1) throw new Error(`the forms answer differently:\n${[...answers].join('\n')}`);
  return { tokens, answerBytes: Buffer.byteLength(`{"data":${answer}}\n`) - 1 };
}

const nodeOf = ({ cpu }: Sample): number =>
  [...cpu.ms].reduce((sum, [name, ms]) => (name === 'PostgreSQL' ? sum : sum + ms), 0);
const nodeMs = (sample: Sample): number => nodeOf(sample) / sample.requests;
const msOf = (name: string) => (sample: Sample) => (sample.cpu.ms.get(name) ?? 0) / sample.requests;

function asResult(
  forms: readonly string[],
  samples: ReadonlyMap<string, readonly Sample[]>,
  { rounds, seconds, answerBytes }: { rounds: number; seconds: number; answerBytes: number },
): Result {
  const of = (form: string, connections: number) => samples.get(keyOf(form, connections))!;
  const total = (form: string, connections: number) => spreadOf(of(form, connections), nodeMs);
  const ratio = (form: string, connections: number) =>
    total(form, connections).median / total(STOCK, connections).median;
  const middle = (form: string, connections: number, read: (sample: Sample) => number) =>
    figure(spreadOf(of(form, connections), read).median);
  return {
    name: 'floor',
    title: 'The floor query',
    targets: CONNECTIONS.flatMap((connections) => [
      target(
        `all-in-one, Node CPU to stock distributed, ${connections} at once`,
        ratio('all-in-one', connections),
        0.5,
      ),
      target(
        `distributed, Node CPU to stock distributed, ${connections} at once`,
        ratio('distributed', connections),
        0.7,
      ),
    ]),
    tables: [
      {
        title: 'Per query',
        rows: CONNECTIONS.flatMap((connections) =>
          forms.map((form) => ({
            form,
            'at once': connections,
            'Node CPU ms': range(total(form, connections)),
            'to stock': figure(ratio(form, connections)),
            'queries/s': range(spreadOf(of(form, connections), (it) => it.perSecond)),
            'p50 ms': middle(form, connections, (it) => it.p50Ms),
            'p99 ms': middle(form, connections, (it) => it.p99Ms),
            'PostgreSQL CPU ms': middle(form, connections, msOf('PostgreSQL')),
          })),
        ),
      },
      {
        title: 'CPU ms per query and process',
        rows: forms.flatMap((form) =>
          [...of(form, CONNECTIONS[0])[0]!.cpu.ms.keys()].map((process) => ({
            form,
            process,
            ...Object.fromEntries(
              CONNECTIONS.map((connections) => [
                `${connections} at once`,
                range(spreadOf(of(form, connections), msOf(process))),
              ]),
            ),
          })),
        ),
      },
    ],
    notes: [
      `schema/operations/Floor.graphql over the imported plant log, as the production manager: ${answerBytes} bytes, the same bytes from all forms.`,
      `Kept-alive connections, one query at a time on each. ${rounds} rounds of ${seconds} s for each row, by turns; median (least … most).`,
      'Both distributed rows use the same five subgraph processes; only the gateway in front differs, and of it only the data source.',
      'CPU time is user and system time of the processes from /proc. The load generator is in none of these figures, but takes its part of the same cores: rps and latency are of this machine with everything on it.',
    ],
    samples: [...samples].map(([name, each]) => ({
      name,
      rounds: each.map(({ cpu, ...rest }) => ({ ...rest, cpuMs: Object.fromEntries(cpu.ms), seconds: cpu.seconds })),
    })),
  };
}

const target = (what: string, measured: number, limit: number) => ({
  what,
  limit: `≤ ${limit}`,
  measured: figure(measured),
  met: measured <= limit,
});

const range = ({ median, least, most }: Spread): string => `${figure(median)} (${figure(least)} … ${figure(most)})`;
