/** Processes that end with this one, however it ends. */
import { spawn, type ChildProcess } from 'node:child_process';

export type Child = Readonly<{
  name: string;
  pid: number;
  isRunning(): boolean;
  /** Null while it runs, and when a signal has ended it. */
  exitCode(): number | null;
  /** The end of what it said. */
  output(): string;
  /** At once and with its helpers, as when the power fails. */
  kill(): Promise<void>;
  /** In good order; after a while, at once. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Stops running, but does not end. */
  freeze(): void;
  thaw(): void;
}>;

export type Family = Readonly<{
  start(
    name: string,
    command: string,
    words: readonly string[],
    options?: Readonly<{ env?: NodeJS.ProcessEnv; cwd?: string; uid?: number; gid?: number }>,
  ): Child;
  /** Ends all that still run. */
  end(): Promise<void>;
}>;

const STOP_MS = 25_000;
const KEPT_OUTPUT = 40_000;

// A shell, not Node: it waits as long as we live and should cost nothing. Each child is a group of its own.
const guardScript = `
trap '' INT TERM HUP QUIT
groups=''
while read -r sign group; do
  if [ "$sign" = + ]; then groups="$groups $group"; else groups=$(echo "$groups" | sed "s/ $group\\b//"); fi
done
for group in $groups; do kill -9 -"$group" 2>/dev/null; done
[ -n "$1" ] && rm -rf -- "$1"
exit 0
`;

/** `folder` is removed too when this process is killed outright. */
export function createFamily(folder: string): Family {
  const guard = spawn('/bin/sh', ['-c', guardScript, 'enghub-faults-guard', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.stdin.on('error', () => undefined);
  guard.unref();
  const running = new Set<Child>();

  function start(...[name, command, words, options = {}]: Parameters<Family['start']>): Child {
    const child = spawn(command, words, {
      cwd: '/',
      env: process.env,
      ...options,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { pid } = child;
    if (pid === undefined) throw new Error(`${command} does not start`);
    guard.stdin.write(`+ ${pid}\n`);
    let output = '';
    const keep = (text: Buffer) => (output = (output + text.toString()).slice(-KEPT_OUTPUT));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const ended = endOf(child).then(() => {
      running.delete(one);
      guard.stdin.write(`- ${pid}\n`);
    });
    const isRunning = () => child.exitCode === null && child.signalCode === null;
    const one: Child = {
      name,
      pid,
      isRunning,
      exitCode: () => child.exitCode,
      output: () => output,
      async kill() {
        signal(-pid, 'SIGKILL');
        await ended;
      },
      async stop(how = 'SIGTERM') {
        signal(pid, how);
        const late = setTimeout(() => signal(-pid, 'SIGKILL'), STOP_MS);
        await ended;
        clearTimeout(late);
      },
      freeze: () => signal(pid, 'SIGSTOP'),
      thaw: () => signal(pid, 'SIGCONT'),
    };
    running.add(one);
    return one;
  }

  return {
    start,
    async end() {
      await Promise.all([...running].map((child) => child.kill()));
      guard.kill('SIGKILL');
    },
  };
}

const endOf = (child: ChildProcess) => new Promise<void>((resolve) => child.once('exit', () => resolve()));

function signal(pid: number, what: NodeJS.Signals): void {
  try {
    process.kill(pid, what);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
