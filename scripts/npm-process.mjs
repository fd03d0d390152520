import { spawnSync } from 'node:child_process';

/** The npm that runs this script: our parent, or the parent of the shell between us. */
function npmPid() {
  if (!process.env.npm_lifecycle_event || process.ppid <= 1) return undefined;
  const ps = spawnSync('ps', ['-o', 'ppid=,args=', '-p', String(process.ppid)], { encoding: 'utf8' });
  const [, grandparent, command] = /^\s*(\d+)\s+(.*)/.exec(ps.stdout ?? '') ?? [];
  if (command === undefined) return process.ppid;
  return /^npm\b|npm-cli/.test(command) ? process.ppid : Number(grandparent);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** npm passes signals on, but when it is killed outright it cannot: notice that it has gone, and stop in good order. */
export function stopWithNpm() {
  const npm = npmPid();
  const parent = process.ppid;
  if (npm === undefined || npm <= 1) return;
  const watch = setInterval(() => {
    if (process.ppid === parent && isAlive(npm)) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 1000);
  watch.unref();
}
