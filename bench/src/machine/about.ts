/** On what a figure was taken: without it no figure means anything. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { root } from '../systems/node-process.ts';

export type About = Readonly<Record<string, string>>;

const shown = ['graphql', '@apollo/gateway', '@apollo/server', '@prisma/client', 'graphql-ws', 'undici', 'autocannon'];

export function aboutThisRun(postgresVersion: string): About {
  const version = (name: string) => {
    const text = readFileSync(`${root}node_modules/${name}/package.json`, 'utf8');
    return `${name} ${(JSON.parse(text) as { version: string }).version}`;
  };
  return {
    date: new Date().toISOString(),
    commit: commit(),
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: `Linux ${release()}`,
    node: process.version,
    postgresql: postgresVersion,
    'npm start': startScript(),
    packages: shown.map(version).join(', '),
    'load average before': loadAverage(),
  };
}

/** With the flags it gives to Node. */
const startScript = (): string =>
  (JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: { start: string } }).scripts.start;

export const loadAverage = (): string =>
  loadavg()
    .map((it) => it.toFixed(2))
    .join(' ');

function commit(): string {
  try {
    const git = (...words: string[]) => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!bench') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}
