/** Memory and start-up time of both forms. */
import { readFileSync } from 'node:fs';
import { loadAverage } from '../machine/about.ts';
import { childrenOf, memoryOfAll, type Memory } from '../machine/processes.ts';
import { settle, tokenFor } from '../measure/graph.ts';
import { load } from '../measure/load.ts';
import { median } from '../measure/rounds.ts';
import { figure, type Result, type Row } from '../results.ts';
import { startAllInOne, type System } from '../systems/all-in-one.ts';
import { createDatabase, dropDatabase } from '../systems/database.ts';
import { ourGateway, startDistributed } from '../systems/distributed.ts';
import { root } from '../systems/node-process.ts';
import { scratchDirectory } from '../systems/scratch.ts';
import type { RunOptions } from '../systems/settings.ts';

const DATABASE = 'enghub_bench_footprint';
const floor = readFileSync(`${root}schema/operations/Floor.graphql`, 'utf8');

type Weighed = Readonly<{ what: string; node: Memory; postgres: Memory | null; processes: number }>;

export async function footprint({ rounds, seconds }: RunOptions): Promise<Result> {
  const starts: { what: string; seconds: number }[] = [];
  const weights: Weighed[] = [];
  const timed = async <Value>(what: string, start: () => Promise<Value>): Promise<Value> => {
    const startedAt = performance.now();
    const value = await start();
    const took = (performance.now() - startedAt) / 1000;
    starts.push({ what, seconds: took });
    console.log(`${what}: ${figure(took)} s (load ${loadAverage()})`);
    return value;
  };

  for (let round = 0; round < rounds; round++) {
    const scratch = scratchDirectory('footprint');
    const start = () => startAllInOne({ dataDirectory: scratch.path });
    try {
      const cold = await timed('all-in-one, fresh data directory', start);
      await cold.stop();
      const warm = await timed('all-in-one, again', start);
      await settle();
      weights.push(weigh('all-in-one, empty plant, after start', warm));
      await warm.stop();
    } finally {
      await scratch.remove();
    }
  }

  const scratch = scratchDirectory('footprint');
  try {
    const importing = await timed('all-in-one, fresh data directory, plant log imported', () =>
      startAllInOne({ dataDirectory: scratch.path, importLog: true }),
    );
    weights.push(weigh('all-in-one, after the import', importing));
    await importing.stop();
    const system = await timed('all-in-one, again, with the imported plant', () =>
      startAllInOne({ dataDirectory: scratch.path }),
    );
    await settle();
    weights.push(weigh('all-in-one, imported plant, after start', system));
    await underLoad(system, seconds * 3);
    weights.push(weigh('all-in-one, imported plant, after load', system));
    await system.stop();
  } finally {
    await scratch.remove();
  }

  await createDatabase(DATABASE);
  try {
    for (const what of ['distributed, empty database', 'distributed, again']) {
      const { many, system } = await timed(what, async () => {
        const running = await startDistributed({ database: DATABASE });
        return { many: running, system: await running.startGateway('gateway', ourGateway) };
      });
      await settle();
      if (what.endsWith('again')) weights.push(weigh('distributed, after start', system));
      await many.stop();
    }
  } finally {
    await dropDatabase(DATABASE);
  }
  return asResult(starts, weights, rounds);
}

function weigh(what: string, { processes }: System): Weighed {
  const pids = [...processes.values()];
  // The embedded server is a child of ours, perhaps behind a process that owns it.
  const below = (pid: number): number[] => childrenOf(pid).flatMap((child) => [child, ...below(child)]);
  const children = pids.flatMap(below);
  const isNode = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]!.endsWith('node');
  const nodes = [...pids, ...children.filter(isNode)];
  const others = children.filter((pid) => !isNode(pid));
  const weighed = {
    what,
    node: memoryOfAll(nodes),
    postgres: others.length > 0 ? memoryOfAll(others) : null,
    processes: nodes.length,
  };
  console.log(
    `${what}: Node ${figure(weighed.node.rssMb)} MB in ${nodes.length}, PostgreSQL ${figure(weighed.postgres?.pssMb ?? NaN)} MB`,
  );
  return weighed;
}

async function underLoad({ url }: System, seconds: number): Promise<void> {
  await load({
    url,
    token: await tokenFor(url, 'emp-001'),
    connections: 16,
    seconds,
    body: JSON.stringify({ query: floor, operationName: 'Floor' }),
    isGood: (answer) => !answer.includes('"errors"'),
  });
}

function asResult(
  starts: readonly Readonly<{ what: string; seconds: number }>[],
  weights: readonly Weighed[],
  rounds: number,
): Result {
  const kinds = [...new Set(starts.map(({ what }) => what))];
  const rows: Row[] = kinds.map((what) => {
    const each = starts.filter((it) => it.what === what).map((it) => it.seconds);
    return {
      start: what,
      'seconds to ready': figure(median(each)),
      'least … most': `${figure(Math.min(...each))} … ${figure(Math.max(...each))}`,
      times: each.length,
    };
  });
  const middle = (what: string, read: (it: Weighed) => number) =>
    figure(median(weights.filter((it) => it.what === what).map(read)));
  return {
    name: 'footprint',
    title: 'Memory and start-up time',
    targets: [],
    tables: [
      { title: 'Start-up', rows },
      {
        title: 'Memory, MB',
        rows: [...new Set(weights.map(({ what }) => what))].map((what) => ({
          when: what,
          'Node processes': weights.find((it) => it.what === what)!.processes,
          'Node RSS': middle(what, (it) => it.node.rssMb),
          'Node PSS': middle(what, (it) => it.node.pssMb),
          'embedded PostgreSQL PSS': middle(what, (it) => it.postgres?.pssMb ?? NaN),
        })),
      },
    ],
    notes: [
      'From the start of the process to the first 200 of /readyz; installing packages and generating code, which the first `npm start` does, are not in it.',
      'PSS counts a page that several processes share by shares: what all of them take together. PostgreSQL’s RSS would count its shared memory once per process.',
      `Start-up of the all-in-one form: ${rounds} rounds; the others once. distributed uses the given PostgreSQL, RabbitMQ and Redis, whose memory is not in the table.`,
    ],
    samples: { starts, weights },
  };
}
