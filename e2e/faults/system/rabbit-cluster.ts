/** RabbitMQ of the run's own: one node or three on loopback, with a registrar of their own, each of which may be killed. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../support/free-port.ts';
import type { Child, Family } from './children.ts';
import type { Target } from './fault-proxy.ts';

export type RabbitCluster = Readonly<{
  nodes: readonly string[];
  targets: readonly Target[];
  kill(node: string): Promise<void>;
  /** Starts it again on what it has kept. */
  start(node: string): Promise<void>;
  /** Where the queue's leader is, as the others than `except` see it; null while it has none. */
  leaderOf(queue: string, except?: string): Promise<string | null>;
  /** The node and the others do not find each other any more; their clients find all of them. */
  isolate(node: string): Promise<void>;
  join(node: string): Promise<void>;
}>;

const COOKIE = 'enghub-faults';

/** Undefined where RabbitMQ is not installed. */
export function rabbitPrograms(): string | undefined {
  const given = process.env['RABBITMQ_SBIN'];
  if (given) return given;
  const library = '/usr/lib/rabbitmq/lib';
  if (!existsSync(library)) return undefined;
  const versions = readdirSync(library).filter((name) => name.startsWith('rabbitmq_server-'));
  const newest = versions.sort().at(-1);
  return newest && path.join(library, newest, 'sbin');
}

export async function startRabbitCluster(family: Family, folder: string, size: 1 | 3): Promise<RabbitCluster> {
  const programs = rabbitPrograms();
  if (!programs) throw new Error('RabbitMQ is not installed here (RABBITMQ_SBIN may name the folder of its programs).');
  const registrar = await freePort();
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    LANG: 'C.UTF-8',
    ERL_EPMD_PORT: String(registrar),
    ERL_EPMD_ADDRESS: '127.0.0.1',
  };
  mkdirSync(folder, { recursive: true });
  family.start('epmd', 'epmd', ['-port', String(registrar), '-address', '127.0.0.1'], { env });

  const names = Array.from({ length: size }, (_, at) => `r${at + 1}@localhost`);
  const ports = new Map<string, Readonly<{ clients: number; others: number }>>();
  for (const name of names) ports.set(name, { clients: await freePort(), others: await freePort() });
  const running = new Map<string, Child>();

  function launch(name: string): void {
    const { clients, others } = ports.get(name)!;
    const own = path.join(folder, name);
    mkdirSync(own, { recursive: true });
    writeFileSync(path.join(own, 'rabbitmq.conf'), configuration(clients));
    writeFileSync(path.join(own, 'plugins'), '[].');
    const node = family.start(name, path.join(programs!, 'rabbitmq-server'), [], {
      cwd: own,
      env: {
        ...env,
        RABBITMQ_NODENAME: name,
        RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
        RABBITMQ_NODE_PORT: String(clients),
        RABBITMQ_DIST_PORT: String(others),
        RABBITMQ_CONFIG_FILE: path.join(own, 'rabbitmq'),
        RABBITMQ_MNESIA_BASE: path.join(own, 'mnesia'),
        RABBITMQ_LOG_BASE: path.join(own, 'log'),
        RABBITMQ_ENABLED_PLUGINS_FILE: path.join(own, 'plugins'),
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-setcookie ${COOKIE} +S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1} -kernel net_ticktime 10`,
      },
    });
    running.set(name, node);
  }

  /** One of RabbitMQ's own commands, with what it says; they take a second or two. */
  async function tell(program: string, node: string, ...words: string[]) {
    const command = ['--erlang-cookie', COOKIE, '-n', node, ...words];
    const child = family.start(program, path.join(programs!, program), command, { env });
    while (child.isRunning()) await pause(20);
    // What it wrote last may come after its end.
    await pause(20);
    return { isDone: child.exitCode() === 0, said: child.output() };
  }

  async function untilUp(node: string): Promise<void> {
    for (let attempt = 0; attempt < 60; attempt++) {
      const { isDone } = await tell('rabbitmqctl', node, 'await_startup', '--timeout', '60');
      if (isDone) return;
      if (running.get(node)?.isRunning() === false) break;
      await pause(300);
    }
    throw new Error(`${node} did not start:\n${running.get(node)?.output()}`);
  }

  for (const name of names) launch(name);
  for (const name of names) await untilUp(name);
  for (const name of names.slice(1)) {
    for (const words of [['stop_app'], ['join_cluster', names[0]!], ['start_app']]) {
      const { isDone, said } = await tell('rabbitmqctl', name, ...words);
      if (!isDone) throw new Error(`${name} does not ${words[0]}: ${said}`);
    }
  }

  return {
    nodes: names,
    targets: names.map((name) => ({ host: '127.0.0.1', port: ports.get(name)!.clients })),
    kill: async (node) => running.get(node)?.kill(),
    async start(node) {
      launch(node);
      await untilUp(node);
    },
    async leaderOf(queue, except) {
      const asked = names.find((name) => name !== except && running.get(name)?.isRunning());
      if (!asked) return null;
      const { said } = await tell('rabbitmq-queues', asked, 'quorum_status', queue, '--formatter', 'json', '-q');
      try {
        const members = JSON.parse(said.slice(said.indexOf('['))) as { 'Node Name': string; 'Raft State': string }[];
        return members.find((member) => member['Raft State'] === 'leader')?.['Node Name'] ?? null;
      } catch {
        return null;
      }
    },
    async isolate(node) {
      const others = names.filter((name) => name !== node);
      const wrong = others.map((name) => `erlang:set_cookie('${name}', nobody)`).join(', ');
      const apart = others.map((name) => `erlang:disconnect_node('${name}')`).join(', ');
      await tell('rabbitmqctl', node, 'eval', `${wrong}, ${apart}.`);
    },
    async join(node) {
      const right = names.filter((name) => name !== node).map((name) => `erlang:set_cookie('${name}', '${COOKIE}')`);
      await tell('rabbitmqctl', node, 'eval', `${right.join(', ')}.`);
    },
  };
}

const configuration = (port: number) => `listeners.tcp.1 = 127.0.0.1:${port}
cluster_partition_handling = pause_minority
loopback_users.guest = true
log.file.level = warning
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 50MB
`;
