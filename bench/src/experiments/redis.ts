/** The gateway with Redis, without it, and while it dies: what sharing costs, and what losing it does to requests. */
import { startTcpProxy } from '@enghub/messaging/tcp-proxy-for-tests';
import { setTimeout as pause } from 'node:timers/promises';
import { settle, tokenFor } from '../measure/graph.ts';
import { load, type Load } from '../measure/load.ts';
import { alternate, spreadOf } from '../measure/rounds.ts';
import { figure, range, type Result } from '../results.ts';
import { makeBenchPlant } from '../systems/bench-plant.ts';
import { createDatabase, dropDatabase } from '../systems/database.ts';
import { ourGateway, startDistributed } from '../systems/distributed.ts';
import { servers, type RunOptions } from '../systems/settings.ts';

const DATABASE = 'enghub_bench_redis';
const CONNECTIONS = 16;
const query = '{ workOrders(first: 5) { edges { node { id number status goodQuantity } } } }';

type Kind = 'with' | 'without' | 'dying';

export async function redis({ rounds, seconds, profileDirectory }: RunOptions): Promise<Result> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    await createDatabase(DATABASE);
    stops.push(() => dropDatabase(DATABASE));
    const proxy = await startTcpProxy(servers.redisUrl);
    stops.push(() => proxy.close());
    const system = await startDistributed({ database: DATABASE, profileDirectory });
    stops.push(() => system.stop());
    // Limits that nobody reaches, so that calls are counted.
    const counted = { RATE_OPERATIONS: '1000000', REDIS_PREFIX: `bench-${process.pid}` };
    const urls: Record<Kind, string> = {
      with: (await system.startGateway('gateway with Redis', ourGateway, counted)).url,
      without: (await system.startGateway('gateway alone', ourGateway, { ...counted, REDIS_URL: '' })).url,
      dying: (await system.startGateway('gateway losing Redis', ourGateway, { ...counted, REDIS_URL: proxy.url })).url,
    };
    await makeBenchPlant(urls.without, 5);
    const token = await tokenFor(urls.without, 'emp-001');

    const measure = async (kind: Kind): Promise<Load> => {
      await settle();
      const body = JSON.stringify({ query });
      const loading = load({
        url: urls[kind],
        token,
        connections: CONNECTIONS,
        seconds,
        body,
        isGood: (answer) => answer.includes('"number":"BENCH-') && !answer.includes('"errors"'),
      });
      if (kind === 'dying') {
        await pause((seconds * 1000) / 2);
        proxy.refuse();
      }
      const loaded = await loading;
      proxy.restore();
      return loaded;
    };
    const kinds = ['with', 'without', 'dying'] as const;
    for (const kind of kinds) await measure(kind);
    // What died in the warm-up is back before it counts.
    await pause(6_000);
    const candidates = new Map(
      kinds.map((kind) => [
        kind,
        async () => {
          const loaded = await measure(kind);
          if (kind === 'dying') await pause(6_000);
          return loaded;
        },
      ]),
    );
    const samples = await alternate(candidates, rounds, (name, round, { perSecond, p99Ms }) =>
      console.log(`${round + 1}/${rounds} ${name}: ${figure(perSecond)}/s, p99 ${p99Ms} ms`),
    );
    return asResult(samples, rounds, seconds);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

function asResult(samples: ReadonlyMap<Kind, readonly Load[]>, rounds: number, seconds: number): Result {
  const rate = (kind: Kind) => spreadOf(samples.get(kind)!, (it) => it.perSecond);
  const late = (kind: Kind) => spreadOf(samples.get(kind)!, (it) => it.p99Ms);
  const titles = { with: 'Redis', without: 'no Redis', dying: 'Redis that dies halfway' };
  const ofNone = (kind: Kind) => rate(kind).median / rate('without').median;
  return {
    name: 'redis',
    title: 'The gateway and Redis',
    targets: [
      {
        what: 'answers/s while Redis dies, of those without Redis',
        limit: '≥ 0.7',
        measured: figure(ofNone('dying')),
        met: ofNone('dying') >= 0.7,
      },
    ],
    tables: [
      {
        title: 'Answers',
        rows: (['without', 'with', 'dying'] as const).map((kind) => ({
          with: titles[kind],
          'answers/s': range(rate(kind)),
          'of none': figure(ofNone(kind)),
          'p99 ms': range(late(kind)),
          'refused or failed': 0,
        })),
      },
    ],
    notes: [
      `Five work orders, ${CONNECTIONS} connections, the gateway and subgraphs as processes of their own, ${rounds} rounds of ${seconds} s, by turns. Redis dies by a proxy that cuts its connections at half time and lets none be made until the round is over.`,
      'One answer that is not what was asked would end the measurement: that none was refused or failed is a condition, not a figure.',
    ],
    samples: [...samples].map(([name, each]) => ({ name, rounds: each })),
  };
}
