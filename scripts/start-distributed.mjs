/**
 * `npm run start:distributed`: the gateway and the five subgraphs, each a process of its own, on given PostgreSQL,
 * RabbitMQ and Redis. One that ends takes the others with it.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { stopWithNpm } from './npm-process.mjs';
import { prepare, root } from './prepare.mjs';
import { runtimeEnvironment } from './runtime-environment.mjs';

const subgraphs = { mes: 4001, qms: 4002, pp: 4003, eam: 4004, 'luaguage-bridge': 4005 };
const variable = (name, what) => `${name.toUpperCase().replaceAll('-', '_')}_${what}`;

function requireServices(env) {
  const needed = [...Object.keys(subgraphs).map((name) => variable(name, 'DATABASE_URL')), 'RABBITMQ_URL', 'REDIS_URL'];
  const missing = needed.filter((name) => !env[name]);
  if (missing.length === 0) return;
  console.error(
    `Several processes need servers to meet at. Please set:\n${missing.map((name) => `  ${name}`).join('\n')}`,
  );
  console.error('All five databases may be the same one. See .env.example; `npm start` needs none of this.');
  process.exit(1);
}

/** What was encrypted must be readable at the next start, so this key is kept; the file is the one of `npm start`. */
function keptKey(env) {
  const folder = path.resolve(root, env.ENGHUB_DATA_DIR || '.enghub');
  const file = path.join(folder, 'encryption-key');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(file)) {
    const key = `${randomBytes(6).toString('base64url')}:${randomBytes(32).toString('base64')}`;
    writeFileSync(file, `${key}\n`, { flag: 'wx', mode: 0o600 });
  }
  return readFileSync(file, 'utf8').trim();
}

/** Links to documents end after minutes, so their secret need not outlive the run; the documents do. */
function documentsEnvironment(env) {
  return {
    ...(env.DOCUMENTS_S3_BUCKET
      ? {}
      : { DOCUMENTS_DIRECTORY: path.resolve(root, env.ENGHUB_DATA_DIR || '.enghub', 'documents') }),
    ...(env.NODE_ENV === 'production' ? {} : { DOCUMENTS_SIGNING_SECRET: randomBytes(32).toString('hex') }),
  };
}

/** What all processes must agree on, for whatever is not given. */
function sharedEnvironment(env) {
  const simulatorPort = env.LUAGUAGE_SIMULATOR_PORT || '4010';
  const simulator = `http://127.0.0.1:${simulatorPort}`;
  const urls = Object.entries(subgraphs).map(([name, port]) => {
    const where = env[variable(name, 'PORT')] || port;
    return [variable(name, 'SUBGRAPH_URL'), `http://127.0.0.1:${where}/graphql`];
  });
  const simulated = {
    LUAGUAGE_URL: simulator,
    LUAGUAGE_SIMULATOR_PORT: simulatorPort,
    JWKS_URL: `${simulator}/.well-known/jwks.json`,
    JWT_ISSUER: simulator,
    DEMO_TOKENS_URL: `${simulator}/token`,
  };
  return {
    GATEWAY_SIGNING_KEYS: `run:${randomBytes(32).toString('hex')}`,
    ...documentsEnvironment(env),
    ...(env.ENGHUB_ENCRYPTION_KEYS || env.NODE_ENV === 'production' ? {} : { ENGHUB_ENCRYPTION_KEYS: keptKey(env) }),
    ...Object.fromEntries(urls),
    ...(env.LUAGUAGE_URL ? {} : simulated),
    ...runtimeEnvironment(env),
  };
}

const running = new Map();
let stopping = false;

function start(name, main, env) {
  const preload = pathToFileURL(path.join(root, 'scripts/stop-with-parent.mjs')).href;
  const child = spawn(process.execPath, ['--import', preload, '--import', 'tsx', path.join(root, main)], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.set(name, child);
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => console.log(`${name.padEnd(18)} │ ${line}`));
  child.on('error', (error) => console.error(`${name}: ${error.message}`));
  child.on('close', (code, signal) => {
    running.delete(name);
    if (stopping) return;
    console.error(`${name} ended (${signal ?? `code ${code}`}); stopping the others.`);
    void stop(1);
  });
}

async function end(names) {
  const children = names.map((name) => running.get(name)).filter(Boolean);
  const closed = Promise.all(children.map((child) => new Promise((resolve) => child.once('close', resolve))));
  for (const child of children) child.kill('SIGTERM');
  const late = after(15_000, 'late', { ref: false });
  if ((await Promise.race([closed, late])) === 'late') for (const child of children) child.kill('SIGKILL');
  await closed;
}

/** The gateway first: what it has begun still needs the subgraphs. */
async function stop(code) {
  if (stopping) return;
  stopping = true;
  await end(['gateway']);
  await end([...running.keys()]);
  process.exit(code);
}

async function sayWhenReady(port) {
  while (!stopping) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok) return console.log(`Ready: http://localhost:${port}`);
    await after(500);
  }
}

requireServices(process.env);
await prepare();
stopWithNpm();
process.on('SIGINT', () => void stop(0));
process.on('SIGTERM', () => void stop(0));

const env = sharedEnvironment(process.env);
if (!process.env.LUAGUAGE_URL) start('luaguage-simulator', 'luaguage-simulator/src/main.ts', env);
for (const name of Object.keys(subgraphs)) start(name, `subgraphs/${name}/src/main.ts`, env);
start('gateway', 'gateway/src/main.ts', env);
await sayWhenReady(env.GATEWAY_PORT || env.PORT || 4000);
