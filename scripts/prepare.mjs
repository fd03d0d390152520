/**
 * Makes a clone ready to run: the right Node, the locked packages, the generated code. Quick when nothing changed.
 * Plain Node, because it runs before any package is there.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const stampFile = path.join(root, 'node_modules/.enghub-generated.json');
const oldestNode = [20, 19];

export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [needsMajor, needsMinor] = oldestNode;
  if (major > needsMajor || (major === needsMajor && minor >= needsMinor)) return;
  console.error(
    `EngHub MES needs Node.js ${oldestNode.join('.')} or newer (20, 22 and 24 are tested); this is ${version}.`,
  );
  process.exit(1);
}

const readJson = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

/** npm notes what it installed in a lock file of its own; packages of other platforms are missing from it. */
function packagesAreCurrent() {
  if (!existsSync(path.join(root, 'node_modules/.package-lock.json'))) return false;
  const installed = readJson('node_modules/.package-lock.json').packages;
  return Object.entries(readJson('package-lock.json').packages).every(([where, wanted]) => {
    if (!where.startsWith('node_modules/') && !where.includes('/node_modules/')) return true;
    if (wanted.link) return installed[where] !== undefined;
    if (installed[where]) return installed[where].version === wanted.version;
    return wanted.optional === true || wanted.devOptional === true || wanted.peer === true;
  });
}

/** Runs a program that ends with us: one left behind would write into what the next attempt makes. */
function run(command, words, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, words, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options });
    const stop = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
    const end = (ok, signal) => {
      for (const each of ['SIGINT', 'SIGTERM']) process.off(each, stop);
      if (signal) process.exit(1);
      resolve(ok);
    };
    child.on('error', () => end(false));
    child.on('close', (code, signal) => end(code === 0, signal));
  });
}

async function install() {
  console.log('Installing packages (a few minutes, this once) …');
  const words = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  for (const attempt of [1, 2]) {
    const done = npm?.endsWith('.js')
      ? await run(process.execPath, [npm, ...words])
      : await run('npm', words, { shell: process.platform === 'win32' });
    if (done) return;
    if (attempt === 1) console.error('npm ci did not finish; trying once more …');
  }
  console.error('The packages could not be installed. What npm said is above.');
  process.exit(1);
}

function filesBelow(folder, wanted) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name) && !entry.parentPath.includes('generated'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** Subgraph name → a hash of all that its generated code is made from. */
function generationInputs() {
  const tooling = ['codegen.ts', 'generate.ts', 'subgraphs.ts'].map((name) =>
    path.join(root, 'packages/tooling/src', name),
  );
  const shared = [
    ...[
      'schema/common.graphql',
      'schema/events.graphql',
      'packages/subgraph-kit/src/events/sdl.ts',
      'package-lock.json',
    ].map((file) => path.join(root, file)),
    ...tooling,
  ];
  return Object.fromEntries(
    readdirSync(path.join(root, 'subgraphs')).map((name) => {
      const folder = path.join(root, 'subgraphs', name);
      const own = ['src', 'prisma'].map((part) => path.join(folder, part)).filter((part) => existsSync(part));
      const files = [
        ...shared,
        path.join(folder, 'codegen.ts'),
        ...own.flatMap((part) => filesBelow(part, /\.(graphql|prisma)$/)),
      ];
      const hash = createHash('sha256');
      for (const file of files)
        hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
      return [name, hash.digest('hex')];
    }),
  );
}

function isGenerated(name) {
  const folder = path.join(root, 'subgraphs', name);
  const outputs = existsSync(path.join(folder, 'prisma/schema.prisma'))
    ? ['graphql.ts', 'prisma/client.ts']
    : ['graphql.ts'];
  return outputs.every((file) => existsSync(path.join(folder, 'src/generated', file)));
}

async function generate() {
  const inputs = generationInputs();
  const done = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {};
  const stale = Object.keys(inputs).filter((name) => done[name] !== inputs[name] || !isGenerated(name));
  if (stale.length === 0) return;
  console.log(`Generating types and database clients: ${stale.join(', ')} …`);
  const tool = path.join(root, 'packages/tooling/src/generate.ts');
  if (!(await run(process.execPath, ['--import', 'tsx', tool, ...stale]))) {
    console.error('Code generation failed. What it said is above.');
    process.exit(1);
  }
  writeFileSync(stampFile, JSON.stringify(inputs));
}

export async function prepare() {
  checkNode();
  if (!packagesAreCurrent()) await install();
  await generate();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await prepare();
