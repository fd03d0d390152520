/** All that a run needs, on loopback and of its own: PostgreSQL, RabbitMQ, Redis, the plant, and what may break between. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { createFamily, type Child, type Family } from './children.ts';
import { startFaultProxy, type FaultProxy, type Target } from './fault-proxy.ts';
import { makePlant, subgraphs, type Form, type Plant, type Subgraph } from './plant.ts';
import { startPostgresPair, type PostgresPair } from './postgres-pair.ts';
import { databaseName, makePostgres, type PostgresServer } from './postgres-server.ts';
import { startRabbitCluster, type RabbitCluster } from './rabbit-cluster.ts';

export type SystemOptions = Readonly<{
  form: Form;
  /** Nodes of RabbitMQ; in process there is none. */
  brokers?: 1 | 3;
  /** A second PostgreSQL that every commit waits for. */
  pair?: boolean;
  redis?: boolean;
  watchCommits?: boolean;
  /** Two of each of these, behind one address. */
  doubled?: readonly string[];
  preload?: readonly string[];
}>;

export type System = Readonly<{
  plant: Plant;
  /** The one that clients are sent to now. */
  postgres(): PostgresServer;
  pair: PostgresPair | null;
  /** Between each subgraph and its database. */
  databases: ReadonlyMap<string, FaultProxy>;
  /** Between all processes and the broker; null in process. */
  broker: FaultProxy | null;
  cluster: RabbitCluster | null;
  redis: RedisServer | null;
  databaseUrl(): string;
  brokerUrl(): string | null;
  folder: string;
  stop(): Promise<void>;
}>;

export type RedisServer = Readonly<{ url: string; kill(): Promise<void>; start(): Promise<void> }>;

export async function startSystem(options: SystemOptions): Promise<System> {
  const folder = mkdtempSync(path.join(tmpdir(), 'enghub-faults-'));
  // PostgreSQL may run as somebody else.
  chmodSync(folder, 0o755);
  const family = createFamily(folder);
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each().catch(() => undefined);
    await family.end();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await build(options, folder, family, stops)), folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(
  options: SystemOptions,
  folder: string,
  family: Family,
  stops: (() => Promise<unknown>)[],
): Promise<Omit<System, 'stop' | 'folder'>> {
  const { form, brokers = 1, pair: isPair = false, watchCommits = false, doubled = [] } = options;
  const proxy = async (targets: readonly Target[], watches = false): Promise<FaultProxy> => {
    const made = await startFaultProxy({ targets, watchCommits: watches });
    stops.push(() => made.close());
    return made;
  };

  const [pair, single, cluster] = await Promise.all([
    isPair ? startPostgresPair(family, folder) : null,
    isPair ? null : startSingle(family, folder),
    form === 'distributed' ? startRabbitCluster(family, path.join(folder, 'rabbitmq'), brokers) : null,
  ]);
  stops.push(() => (pair ?? single!).stop());
  const postgres = () => pair?.primary() ?? single!;
  await postgres().query(`CREATE DATABASE ${databaseName}`);
  const databases = new Map<string, FaultProxy>();
  for (const name of subgraphs) {
    databases.set(name, await proxy([{ host: '127.0.0.1', port: postgres().port }], watchCommits));
  }
  const broker = cluster ? await proxy(cluster.targets) : null;
  const redis = options.redis ? await startRedis(family) : null;

  const fronts = new Map<string, FaultProxy>();
  for (const name of doubled) fronts.set(name, await proxy([]));
  const plant = await makePlant({
    family,
    form,
    folder,
    databaseUrlOf: (name: Subgraph) => `postgresql://postgres@127.0.0.1:${databases.get(name)!.port}/${databaseName}`,
    rabbitMqUrlOf: () => `amqp://guest:guest@127.0.0.1:${broker!.port}`,
    ...(redis ? { redisUrl: redis.url } : {}),
    ...(options.preload ? { preload: options.preload } : {}),
    twins: Object.fromEntries(doubled.map((name) => [`${name}-2`, name])),
    addressOf: (name) => (fronts.has(name) ? `http://127.0.0.1:${fronts.get(name)!.port}` : undefined),
  });
  for (const [name, front] of fronts) {
    front.redirect([name, `${name}-2`].map((one) => ({ host: '127.0.0.1', port: plant.portOf(one) })));
  }
  await plant.startAll();
  return {
    plant,
    postgres,
    pair,
    databases,
    broker,
    cluster,
    redis,
    databaseUrl: () => postgres().urlOf(databaseName),
    brokerUrl: () => (broker ? `amqp://guest:guest@127.0.0.1:${broker.port}` : null),
  };
}

async function startSingle(family: Family, folder: string): Promise<PostgresServer> {
  const server = await makePostgres(family, path.join(folder, 'postgres'));
  await server.start();
  return server;
}

async function startRedis(family: Family): Promise<RedisServer> {
  const port = await freePort();
  let running: Child;
  const start = async () => {
    const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    running = family.start('redis', 'redis-server', words, { cwd: tmpdir() });
  };
  await start();
  return { url: `redis://127.0.0.1:${port}`, start, kill: () => running.kill() };
}
