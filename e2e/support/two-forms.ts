/** One plant in either form, on servers that a story can take away from it. */
import { startEmbeddedPostgres } from '@enghub/database/embedded-postgres';
import { startTcpProxy, type TcpProxy } from '@enghub/messaging/tcp-proxy-for-tests';
import { rabbitMqForTests } from '@enghub/testkit/rabbitmq';
import { redisForTests } from '@enghub/testkit/redis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeData, startAllInOne } from './all-in-one.ts';
import { everyQueue, startDistributed, type DistributedSystem } from './distributed.ts';
import type { Graph } from './graph.ts';

export type BreakableSystem = Readonly<{
  graph: Graph;
  rabbitMq: TcpProxy;
  redis: TcpProxy;
  database: TcpProxy;
  /** Only where each subgraph is a process. */
  processes: DistributedSystem | null;
  stop(): Promise<void>;
}>;

export type Form = 'all-in-one' | 'distributed';

const databases = ['MES', 'QMS', 'PP', 'EAM', 'LUAGUAGE_BRIDGE'].map((name) => `${name}_DATABASE_URL`);

/** Undefined, loudly, where no RabbitMQ or no Redis answers. */
export async function startBreakable(
  form: Form,
  env: Record<string, string> = {},
): Promise<BreakableSystem | undefined> {
  const rabbit = await rabbitMqForTests();
  const redisServer = await redisForTests();
  if (!rabbit || !redisServer) return undefined;
  const redis = await startTcpProxy(redisServer.url);
  const shared = { REDIS_URL: redis.url, REDIS_PREFIX: redisServer.prefix, ...env };
  const stops: (() => Promise<unknown> | void)[] = [() => redis.close()];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };

  try {
    if (form === 'distributed') {
      const proxies: { rabbitMq?: TcpProxy; database?: TcpProxy } = {};
      const system = await startDistributed({
        env: shared,
        through: async (direct) => {
          proxies.rabbitMq = await startTcpProxy(direct.rabbitMq);
          proxies.database = await startTcpProxy(direct.database);
          return { rabbitMq: proxies.rabbitMq.url, database: proxies.database.url };
        },
      });
      const { rabbitMq, database } = { rabbitMq: proxies.rabbitMq!, database: proxies.database! };
      stops.push(() => rabbitMq.close());
      stops.push(() => database.close());
      stops.push(() => system!.stop());
      return { graph: system!.graph, rabbitMq, redis, database, processes: system!, stop };
    }
    const folder = mkdtempSync(path.join(tmpdir(), 'enghub-breakable-'));
    stops.push(() => rmSync(folder, { recursive: true, force: true }));
    const dataDirectory = path.join(folder, 'server');
    const server = await startEmbeddedPostgres({ dataDirectory, durable: false, temporary: true });
    stops.push(() => server.stop());
    const database = await startTcpProxy(server.url);
    stops.push(() => database.close());
    const rabbitMq = await startTcpProxy(rabbit.url);
    stops.push(() => rabbitMq.close());
    const system = await startAllInOne({
      env: {
        ...Object.fromEntries(databases.map((name) => [name, database.url])),
        RABBITMQ_URL: rabbitMq.url,
        RABBITMQ_PREFIX: rabbit.prefix,
        ...shared,
      },
    });
    stops.push(async () => {
      await system.stop();
      removeData(system);
      await rabbit.remove(everyQueue);
    });
    return { graph: system.graph, rabbitMq, redis, database, processes: null, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
