/** One plant in either form, on servers that a story can take away from it. */
import { startEmbeddedPostgres } from '@enghub/database/embedded-postgres';
import { startTcpProxy, type TcpProxy } from '@enghub/messaging/tcp-proxy-for-tests';
import { rabbitMqForTests } from '@enghub/testkit/rabbitmq';
import { redisForTests } from '@enghub/testkit/redis';
import { startStandby } from '@enghub/testkit/postgres-standby';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeData, startAllInOne } from './all-in-one.ts';
import { everyQueue, readDatabases, startDistributed, type DistributedSystem } from './distributed.ts';
import type { Graph } from './graph.ts';

export type BreakableSystem = Readonly<{
  graph: Graph;
  rabbitMq: TcpProxy;
  redis: TcpProxy;
  database: TcpProxy;
  readReplica: TcpProxy;
  /** How MES says that its replica is. */
  replicaState(): Promise<string>;
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
      const proxies: { rabbitMq?: TcpProxy; database?: TcpProxy; readReplica?: TcpProxy } = {};
      const system = await startDistributed({
        env: shared,
        through: async (direct) => {
          proxies.rabbitMq = await startTcpProxy(direct.rabbitMq);
          proxies.database = await startTcpProxy(direct.database);
          const standby = await startStandby(direct.database);
          stops.push(() => standby.stop());
          proxies.readReplica = await startTcpProxy(standby.url);
          const readDatabase = proxies.readReplica.url;
          return { rabbitMq: proxies.rabbitMq.url, database: proxies.database.url, readDatabase };
        },
      });
      const { rabbitMq, database, readReplica } = proxies as Required<typeof proxies>;
      for (const proxy of [rabbitMq, database, readReplica]) stops.push(() => proxy.close());
      stops.push(() => system!.stop());
      const replicaState = async () => {
        const ready = await fetch(`http://127.0.0.1:${system!.portOf('mes')}/readyz`);
        return ((await ready.json()) as { readReplica: { state: string } }).readReplica.state;
      };
      return { graph: system!.graph, rabbitMq, redis, database, readReplica, replicaState, processes: system!, stop };
    }
    const folder = mkdtempSync(path.join(tmpdir(), 'enghub-breakable-'));
    stops.push(() => rmSync(folder, { recursive: true, force: true }));
    const dataDirectory = path.join(folder, 'server');
    const server = await startEmbeddedPostgres({ dataDirectory, durable: false, temporary: true });
    stops.push(() => server.stop());
    const database = await startTcpProxy(server.url);
    stops.push(() => database.close());
    const standby = await startStandby(server.url);
    stops.push(() => standby.stop());
    const readReplica = await startTcpProxy(standby.url);
    stops.push(() => readReplica.close());
    const rabbitMq = await startTcpProxy(rabbit.url);
    stops.push(() => rabbitMq.close());
    const system = await startAllInOne({
      env: {
        ...Object.fromEntries(databases.map((name) => [name, database.url])),
        ...readDatabases(readReplica.url),
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
    const { graph } = system;
    const replicaState = async () => {
      const headers = { authorization: `Bearer ${await graph.token('emp-901')}` };
      const status = await (await fetch(`${graph.url}/status`, { headers })).json();
      return (status as { readReplicas: { mes: { state: string } } }).readReplicas.mes.state;
    };
    return { graph, rabbitMq, redis, database, readReplica, replicaState, processes: null, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
