/** A plant in either form, whose every process can be killed and comes back at the same place. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AdminAccess, AdminCommand } from '@enghub/luaguage-simulator/admin';
import { freePort } from '../../support/free-port.ts';
import { eventually } from '../../support/eventually.ts';
import { noRateLimits } from '../../support/no-rate-limits.ts';
import type { Child, Family } from './children.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export type Form = 'distributed' | 'in process';

export const subgraphs = ['mes', 'qms', 'pp', 'eam', 'luaguage-bridge'] as const;
export type Subgraph = (typeof subgraphs)[number];

export type Plant = Readonly<{
  form: Form;
  /** Where clients ask. */
  url: string;
  /** Where they sign in: at the ERP. */
  tokensUrl: string;
  /** Processes that may be killed; `luaguage-simulator`, the ERP, is not ours. */
  processes: readonly string[];
  portOf(name: string): number;
  isUp(name: string): boolean;
  /** When it answered that it is ready, in `performance.now()`; null while it is down, starting, or standing still. */
  upSince(name: string): number | null;
  kill(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  freeze(name: string): void;
  thaw(name: string): void;
  /** Resolves when it answers that it is ready. */
  start(name: string): Promise<void>;
  startAll(): Promise<void>;
  tellErp(command: AdminCommand): Promise<void>;
  output(name: string): string;
}>;

export type PlantOptions = Readonly<{
  family: Family;
  form: Form;
  folder: string;
  databaseUrlOf: (name: Subgraph) => string;
  /** Of a process by its name; not asked for in process. */
  rabbitMqUrlOf: (name: string) => string;
  redisUrl?: string;
  /** Second processes of the same program: `{ 'mes-2': 'mes' }`. */
  twins?: Readonly<Record<string, string>>;
  /** Where others find a subgraph or the gateway, when not at its own port. */
  addressOf?: (name: string) => string | undefined;
  /** Loaded into each process before anything else. */
  preload?: readonly string[];
  env?: Readonly<Record<string, string>>;
}>;

const SIMULATOR = 'luaguage-simulator';
const ALL_IN_ONE = 'all-in-one';
const variable = (name: string, what: string) => `${name.toUpperCase().replaceAll('-', '_')}_${what}`;

export async function makePlant(options: PlantOptions): Promise<Plant> {
  const { family, form, twins = {}, addressOf = () => undefined } = options;
  const programs: Readonly<Record<string, string>> =
    form === 'in process'
      ? { [ALL_IN_ONE]: ALL_IN_ONE }
      : { ...Object.fromEntries([...subgraphs, 'gateway'].map((name) => [name, name])), ...twins };
  const names = Object.keys(programs);
  const ports = new Map<string, number>();
  for (const name of [SIMULATOR, ...names]) ports.set(name, await freePort());
  const running = new Map<string, Child>();
  const leaving = new Map<string, Child>();
  const ready = new Map<string, number>();
  const at = (name: string) => addressOf(name) ?? `http://127.0.0.1:${ports.get(name)}`;
  const erpAdmin = path.join(options.folder, 'erp-admin.json');
  const simulator = `http://127.0.0.1:${ports.get(SIMULATOR)}`;

  const shared: Readonly<Record<string, string>> = {
    ...usualEnvironment(),
    ...(options.redisUrl ? { REDIS_URL: options.redisUrl } : {}),
    LUAGUAGE_URL: simulator,
    DOCUMENTS_DIRECTORY: path.join(options.folder, 'documents'),
    LUAGUAGE_SIMULATOR_PORT: String(ports.get(SIMULATOR)),
    LUAGUAGE_SIMULATOR_ADMIN_FILE: erpAdmin,
    JWKS_URL: `${simulator}/.well-known/jwks.json`,
    JWT_ISSUER: simulator,
    DEMO_TOKENS_URL: `${simulator}/token`,
    ...Object.fromEntries(subgraphs.map((name) => [variable(name, 'DATABASE_URL'), options.databaseUrlOf(name)])),
    ...(form === 'distributed'
      ? Object.fromEntries(subgraphs.map((name) => [variable(name, 'SUBGRAPH_URL'), `${at(name)}/graphql`]))
      : { ENGHUB_DATA_DIR: path.join(options.folder, 'all-in-one'), ENGHUB_IMPORT: 'off' }),
    ...options.env,
  };

  function launch(name: string): Child {
    const program = programs[name] ?? name;
    const isSubgraph = (subgraphs as readonly string[]).includes(program);
    const main = isSubgraph ? `subgraphs/${program}/src/main.ts` : `${program}/src/main.ts`;
    const preload = ['./scripts/stop-with-parent.mjs', ...(name === SIMULATOR ? [] : (options.preload ?? [])), 'tsx'];
    const port = String(ports.get(name));
    return family.start(name, process.execPath, [...preload.flatMap((file) => ['--import', file]), main], {
      cwd: root,
      env: {
        ...shared,
        ...(name === SIMULATOR ? {} : isSubgraph ? { [variable(program, 'PORT')]: port } : { PORT: port }),
        ...(form === 'distributed' ? { RABBITMQ_URL: options.rabbitMqUrlOf(name) } : {}),
      },
    });
  }

  async function start(name: string): Promise<void> {
    const child = launch(name);
    running.set(name, child);
    const probe = name === SIMULATOR ? '.well-known/jwks.json' : 'readyz';
    await eventually(
      async () => {
        // Killed while it started: whoever killed it starts it again.
        if (running.get(name) !== child) return true;
        if (!child.isRunning()) throw new Error(`the system ended: ${name}\n${child.output()}`);
        const answer = await fetch(`http://127.0.0.1:${ports.get(name)}/${probe}`, {
          signal: AbortSignal.timeout(2_000),
        });
        await answer.arrayBuffer();
        // A gateway is ready only when all behind it are: that it answers is enough.
        return answer.ok || (name.startsWith('gateway') && answer.status === 503);
      },
      { within: 90_000, every: 50, or: () => `${name} was not ready in time:\n${child.output()}` },
    );
    if (running.get(name) === child) ready.set(name, performance.now());
  }

  /** What is on its way up needs nobody to wait for it any more. */
  function leave(name: string): Child | undefined {
    const child = running.get(name);
    ready.delete(name);
    running.delete(name);
    if (child) leaving.set(name, child);
    return child;
  }

  return {
    form,
    url: at(form === 'in process' ? ALL_IN_ONE : 'gateway'),
    tokensUrl: `${simulator}/token`,
    processes: names,
    portOf: (name) => ports.get(name)!,
    isUp: (name) => ready.has(name),
    upSince: (name) => ready.get(name) ?? null,
    kill: async (name) => leave(name)?.kill(),
    stop: async (name) => leave(name)?.stop(),
    freeze(name) {
      ready.delete(name);
      running.get(name)?.freeze();
    },
    thaw(name) {
      running.get(name)?.thaw();
      ready.set(name, performance.now());
    },
    start,
    async startAll() {
      await start(SIMULATOR);
      // One after the other at first: each makes its tables.
      for (const name of names) await start(name);
    },
    async tellErp(command) {
      const { url, token } = JSON.parse(readFileSync(erpAdmin, 'utf8')) as AdminAccess;
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(command) });
      if (!answer.ok) throw new Error(`the ERP did not do it: ${await answer.text()}`);
    },
    output: (name) => (leaving.get(name)?.output() ?? '') + (running.get(name)?.output() ?? ''),
  };
}

const usualEnvironment = (): Readonly<Record<string, string>> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '',
  APOLLO_TELEMETRY_DISABLED: 'true',
  NODE_ENV: 'production',
  LUAGUAGE_SIMULATOR_ALLOW_IN_PRODUCTION: 'true',
  LOG_LEVEL: 'warn',
  ...noRateLimits,
  RATE_BULK: '0',
  GATEWAY_SIGNING_KEYS: 'faults:a-secret-of-the-fault-runs-0123456789abcdef',
  DOCUMENTS_SIGNING_SECRET: 'faults-a-secret-of-the-fault-runs-0123456789abcdef',
  ENGHUB_ENCRYPTION_KEYS: `faults:${Buffer.alloc(32, 9).toString('base64')}`,
});
