/** What there is of a material: remembered, read from the database, and the same request with nothing behind it. */
import { settle, tokenFor } from '../measure/graph.ts';
import { load } from '../measure/load.ts';
import { alternate, spreadOf, type Spread } from '../measure/rounds.ts';
import { figure, range, type Result } from '../results.ts';
import { makeBenchPlant } from '../systems/bench-plant.ts';
import { untilNothingWaits } from '../systems/database.ts';
import { onOwnSystem } from '../systems/own-system.ts';
import { fillStock, materialOf, MATERIALS } from '../systems/stock.ts';
import type { RunOptions } from '../systems/settings.ts';

const DATABASE = 'enghub_bench_inventory';
const CONNECTIONS = [1, 32] as const;

const query = `query Inventory($materialId: ID!, $factoryId: ID) {
  inventory(materialId: $materialId, factoryId: $factoryId) {
    onHand reserved available source byLocation { onHand } } }`;

const bodyOf = (materialId: string) =>
  JSON.stringify({ query, operationName: 'Inventory', variables: { materialId, factoryId: 'factory-sh-01' } });

type Kind = 'nothing' | 'hot' | 'cold';
type Sample = Readonly<{ perSecond: number; p99Ms: number }>;

export const inventory = ({ rounds, seconds, profileDirectory }: RunOptions): Promise<Result> =>
  onOwnSystem(DATABASE, profileDirectory, async (system) => {
    await makeBenchPlant(system.url, 1);
    await untilNothingWaits(DATABASE);
    await fillStock(DATABASE);
    const token = await tokenFor(system.url, 'emp-001');

    let asked = 1;
    const bodies: Record<Kind, string | (() => string)> = {
      nothing: JSON.stringify({ query: '{ __typename }' }),
      hot: bodyOf(materialOf(0)),
      cold: () => bodyOf(materialOf(asked++)),
    };
    const signs: Record<Kind, string> = { nothing: '"Query"', hot: '"source":"CACHE"', cold: '"source":"FRESH"' };

    const measure = async (kind: Kind, connections: number, duration: number): Promise<Sample> => {
      await settle();
      const isGood = (answer: string) => answer.includes(signs[kind]) || (kind === 'hot' && answer.includes('"FRESH"'));
      const loaded = await load({
        url: system.url,
        token,
        connections,
        seconds: duration,
        body: bodies[kind],
        isGood,
      });
      if (asked > MATERIALS) throw new Error('the cold materials ran out: take fewer rounds');
      return loaded;
    };
    const candidates = new Map<string, () => Promise<Sample>>();
    for (const connections of CONNECTIONS) {
      for (const kind of ['nothing', 'hot', 'cold'] as const) {
        await measure(kind, connections, 2);
        candidates.set(`${kind} ${connections}`, () => measure(kind, connections, seconds));
      }
    }
    const samples = await alternate(candidates, rounds, (name, round, { perSecond }) =>
      console.log(`${round + 1}/${rounds} ${name}: ${figure(perSecond)}/s`),
    );
    return asResult(samples, rounds, seconds);
  });

function asResult(samples: ReadonlyMap<string, readonly Sample[]>, rounds: number, seconds: number): Result {
  const rate = (kind: Kind, connections: number): Spread =>
    spreadOf(samples.get(`${kind} ${connections}`)!, (it) => it.perSecond);
  const meanMs = (kind: Kind): Spread => spreadOf(samples.get(`${kind} 1`)!, (it) => 1000 / it.perSecond);
  const hit = meanMs('hot').median - meanMs('nothing').median;
  const hotRate = rate('hot', 32).median;
  const titles = { nothing: '{ __typename }', hot: 'inventory, remembered', cold: 'inventory, from the database' };
  return {
    name: 'inventory',
    title: 'What there is of a material',
    targets: [
      {
        what: 'what a remembered answer takes beyond a request for nothing',
        limit: '< 1 ms',
        measured: `${figure(hit)} ms`,
        met: hit < 1,
      },
      {
        what: 'remembered answers at 32 connections',
        limit: '> 1000/s',
        measured: figure(hotRate),
        met: hotRate > 1000,
      },
    ],
    tables: [
      {
        title: 'Answers',
        rows: (['nothing', 'hot', 'cold'] as const).map((kind) => ({
          asked: titles[kind],
          'ms each, one at a time': range(meanMs(kind)),
          'answers/s at 32 connections': range(rate(kind, 32)),
          'of the remembered rate': figure(rate(kind, 32).median / hotRate),
          'p99 ms at 32': figure(spreadOf(samples.get(`${kind} 32`)!, (it) => it.p99Ms).median),
        })),
      },
    ],
    notes: [
      `${MATERIALS.toLocaleString('en')} materials in four places each. Remembered: one material again and again. From the database: each time a material that nobody asked for before; every answer says which it was. All-in-one form, ${rounds} rounds of ${seconds} s, by turns.`,
      'A request for nothing passes HTTP, token, permissions, limits and planning like any other, so the difference is what the inventory itself costs, with its hop into the subgraph.',
    ],
    samples: [...samples].map(([name, each]) => ({ name, rounds: each })),
  };
}
