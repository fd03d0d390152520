/** The directory that holds the tables: a place the server's user can reach, initialised once and never half. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import type { Binaries } from './binaries.ts';
import { canEnter, insideShared, type RunAs } from './unprivileged-user.ts';

/**
 * Answers where the data really is. Where the server's user cannot go to `wanted` (below /root, say), the data lives in
 * a directory of its own outside the project and `wanted` is a symbolic link to it.
 */
export function locateDataDirectory(wanted: string, user: RunAs): string {
  const parent = path.dirname(wanted);
  mkdirSync(parent, { recursive: true });
  const link = lstatSync(wanted, { throwIfNoEntry: false });
  if (link?.isSymbolicLink() && existsSync(wanted)) return realpathSync(wanted);
  // A link to data that somebody removed.
  if (link?.isSymbolicLink()) rmSync(wanted);
  if (canEnter(parent, user)) return path.join(realpathSync(parent), path.basename(wanted));

  if (link?.isDirectory() && readdirSync(wanted).length > 0) {
    throw new Error(
      `PostgreSQL runs as uid ${user.uid} here and cannot reach ${wanted}. Move it, or start as its owner.`,
    );
  }
  const elsewhere = insideShared(user, `data-${randomUUID()}`);
  rmSync(wanted, { recursive: true, force: true });
  symlinkSync(elsewhere, wanted);
  return elsewhere;
}

/** Runs initdb unless it has been done. */
export function initialise(directory: string, binaries: Binaries, user: RunAs, durable: boolean): void {
  const owner = existsSync(directory) ? statSync(directory).uid : undefined;
  if (user.uid === undefined && owner !== undefined && owner !== process.getuid?.()) {
    throw new Error(`${directory} belongs to another user (uid ${owner}); it was made when started as root.`);
  }
  if (existsSync(path.join(directory, 'PG_VERSION'))) {
    // A project moved between users: the server insists on owning its data.
    if (user.uid !== undefined && owner !== user.uid) {
      spawnSync('chown', ['-R', `${user.uid}:${user.gid}`, directory]);
    }
    return;
  }
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw new Error(`${directory} is not empty and holds no PostgreSQL data; it is left as it is.`);
  }

  // initdb writes PG_VERSION early: only the rename says that it came to its end.
  const draft = `${directory}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  chmodSync(draft, 0o700);
  if (user.uid !== undefined && user.gid !== undefined) chownSync(draft, user.uid, user.gid);
  const options = ['-D', draft, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'];
  const made = spawnSync(binaries.initdb, durable ? options : [...options, '--no-sync'], {
    ...user,
    cwd: '/',
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (made.status !== 0) throw new Error(`initdb in ${draft} failed: ${made.error?.message ?? made.stderr}`);
  renameSync(draft, directory);
}
