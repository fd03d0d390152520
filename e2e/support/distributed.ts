import { startEmbeddedPostgres } from '@enghub/database/embedded-postgres';
import { rabbitMqForTests } from '@enghub/testkit/rabbitmq';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { graphAt, type Graph } from './graph.ts';
import { noRateLimits } from './no-rate-limits.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const subgraphNames = ['mes', 'qms', 'pp', 'eam', 'luaguage-bridge'] as const;
export type ProcessName = (typeof subgraphNames)[number] | 'gateway' | 'luaguage-simulator';

export type DistributedSystem = Readonly<{
  graph: Graph;
  portOf: (name: ProcessName) => number;
  output: (name: ProcessName) => string;
  /** As a power cut of that one machine does. */
  kill: (name: ProcessName) => Promise<void>;
  start: (name: ProcessName) => Promise<void>;
  stop: () => Promise<void>;
}>;

/** The servers that a system leans on. */
export type Backing = Readonly<{ database: string; rabbitMq: string; readDatabase?: string }>;

const variable = (name: string, what: string) => `${name.toUpperCase().replaceAll('-', '_')}_${what}`;

/** The gateway and each subgraph as processes of their own, on RabbitMQ. Undefined where no broker answers. */
export async function startDistributed(
  more: Readonly<{ env?: Record<string, string>; through?: (backing: Backing) => Promise<Backing> }> = {},
): Promise<DistributedSystem | undefined> {
  const rabbit = await rabbitMqForTests();
  if (!rabbit) return undefined;
  const folder = mkdtempSync(path.join(tmpdir(), 'enghub-distributed-'));
  const dataDirectory = path.join(folder, 'postgres');
  const postgres = await startEmbeddedPostgres({ dataDirectory, durable: false, temporary: true });
  const names: readonly ProcessName[] = ['luaguage-simulator', ...subgraphNames, 'gateway'];
  const ports = new Map<ProcessName, number>();
  for (const name of names) ports.set(name, await freePort());
  const direct: Backing = { database: postgres.url, rabbitMq: rabbit.url };
  const backing = more.through ? await more.through(direct) : direct;
  const env = {
    ...environment(ports, backing.database, { ...rabbit, url: backing.rabbitMq }),
    ...(backing.readDatabase === undefined ? {} : readDatabases(backing.readDatabase)),
    DOCUMENTS_DIRECTORY: path.join(folder, 'documents'),
    ...more.env,
  };
  const children = new Map<ProcessName, { child: ChildProcess; ended: Promise<void> }>();
  const outputs = new Map<ProcessName, string>();

  async function start(name: ProcessName): Promise<void> {
    const main =
      name === 'gateway' || name === 'luaguage-simulator' ? `${name}/src/main.ts` : `subgraphs/${name}/src/main.ts`;
    const child = spawn(process.execPath, ['--import', 'tsx', main], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (text: Buffer) => outputs.set(name, `${outputs.get(name) ?? ''}${text.toString()}`);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    children.set(name, { child, ended: new Promise((resolve) => child.once('exit', () => resolve())) });
    const probe = name === 'luaguage-simulator' ? '.well-known/jwks.json' : 'readyz';
    await eventually(
      async () => {
        if (child.exitCode !== null)
          throw new Error(`the system ended: ${name} with ${child.exitCode}\n${outputs.get(name)}`);
        return (await fetch(`http://127.0.0.1:${ports.get(name)}/${probe}`)).ok;
      },
      { within: 120_000, or: () => `${name} was not ready in time:\n${outputs.get(name)}` },
    );
  }

  async function end(name: ProcessName, signal: NodeJS.Signals): Promise<void> {
    const running = children.get(name);
    children.delete(name);
    running?.child.kill(signal);
    await running?.ended;
  }

  async function stop(): Promise<void> {
    for (const name of [...names].reverse()) await end(name, 'SIGTERM');
    await postgres.stop();
    await rabbit!.remove(everyQueue);
    rmSync(folder, { recursive: true, force: true });
  }

  try {
    await start('luaguage-simulator');
    // Listeners before speakers: a queue must exist before the first event that belongs into it.
    for (const name of ['luaguage-bridge', 'qms', 'pp', 'eam', 'mes', 'gateway'] as const) await start(name);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    graph: graphAt(`http://127.0.0.1:${ports.get('gateway')}`),
    portOf: (name) => ports.get(name)!,
    output: (name) => outputs.get(name) ?? '',
    kill: (name) => end(name, 'SIGKILL'),
    start,
    stop,
  };
}

/** Of the subgraphs that have reads for a replica. */
export const readDatabases = (url: string) =>
  Object.fromEntries(['mes', 'qms', 'eam'].map((name) => [variable(name, 'READ_DATABASE_URL'), url]));

/** What the subgraphs declare at the broker, for a test to take away again. */
export const everyQueue: readonly string[] = [
  ...subgraphNames.map((name) => `${name}.dead-letters`),
  ...['completion', 'costing', 'daily-reports', 'dispatching', 'readiness'].map((name) => `mes.${name}`),
  ...['qms.inspections', 'qms.defects', 'pp.material-requirements', 'eam.equipment', 'eam.production'],
  ...['luaguage-bridge.notifications', 'luaguage-bridge.order-feedback'],
];

function environment(
  ports: ReadonlyMap<ProcessName, number>,
  database: string,
  rabbit: { url: string; prefix: string },
) {
  const simulator = `http://127.0.0.1:${ports.get('luaguage-simulator')}`;
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    APOLLO_TELEMETRY_DISABLED: 'true',
    LOG_LEVEL: 'warn',
    ...noRateLimits,
    GATEWAY_SIGNING_KEYS: 'e2e:a-secret-of-the-end-to-end-tests-0123456789',
    ENGHUB_ENCRYPTION_KEYS: `e2e:${Buffer.alloc(32, 7).toString('base64')}`,
    DOCUMENTS_SIGNING_SECRET: 'a-secret-of-the-end-to-end-tests-0123456789',
    RABBITMQ_URL: rabbit.url,
    RABBITMQ_PREFIX: rabbit.prefix,
    LUAGUAGE_URL: simulator,
    LUAGUAGE_SIMULATOR_PORT: String(ports.get('luaguage-simulator')),
    JWKS_URL: `${simulator}/.well-known/jwks.json`,
    JWT_ISSUER: simulator,
    DEMO_TOKENS_URL: `${simulator}/token`,
    GATEWAY_PORT: String(ports.get('gateway')),
    ...Object.fromEntries(
      subgraphNames.flatMap((name) => [
        [variable(name, 'PORT'), String(ports.get(name))],
        [variable(name, 'DATABASE_URL'), database],
        [variable(name, 'SUBGRAPH_URL'), `http://127.0.0.1:${ports.get(name)}/graphql`],
      ]),
    ),
  };
}
