/** PostgreSQL refuses to run as root: find somebody else to run it as, and places where that user may go. */
import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** Given to spawn(): empty when we are not root and simply stay who we are. */
export type RunAs = Readonly<{ uid?: number; gid?: number }>;

const candidates = ['postgres', 'nobody', 'daemon'];

/** Whom the server runs as. */
export function serverUser(): RunAs {
  if (process.getuid?.() !== 0) return {};
  for (const name of candidates) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error(
    `PostgreSQL must not run as root, and this machine has none of the users ${candidates.join(', ')}. ` +
      'Start as an ordinary user, or set the database URLs to a server of your own.',
  );
}

/** Whether the server's user can enter a directory; every parent counts, so we try rather than read modes. */
export function canEnter(directory: string, user: RunAs): boolean {
  return (
    spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', directory], { ...user, cwd: '/', stdio: 'ignore' }).status === 0
  );
}

/** A directory of ours outside the project which the server's user can enter; made if it is missing. */
export function sharedDirectory(user: RunAs): string {
  const self = process.getuid?.();
  for (const directory of ['/var/lib/enghub-mes', '/var/tmp/enghub-mes', '/tmp/enghub-mes']) {
    try {
      mkdirSync(directory, { mode: 0o755 });
      chmodSync(directory, 0o755);
    } catch {
      // It exists or cannot be made; the next lines tell which.
    }
    try {
      const found = lstatSync(directory);
      // In a world-writable parent somebody else may have put it there, with programs of his own for us to run.
      if (found.isDirectory() && found.uid === self && (found.mode & 0o022) === 0 && canEnter(directory, user))
        return directory;
    } catch {
      continue;
    }
  }
  throw new Error('There is no directory that PostgreSQL can use: /var/lib and /var/tmp are both closed to it.');
}

/** Where a project keeps what cannot stay inside the project. */
export const insideShared = (user: RunAs, ...names: string[]): string => path.join(sharedDirectory(user), ...names);
