import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

export type TestRedis = Readonly<{
  url: string;
  /** Put it before every key: it keeps this test apart from everybody else. What a test writes should expire soon. */
  prefix: string;
}>;

/**
 * A corner of a real Redis at REDIS_URL, or at the usual place on this machine.
 * Undefined, with a loud warning, where none answers; an error under CI=true, so that nothing goes untested unnoticed.
 */
export async function redisForTests(): Promise<TestRedis | undefined> {
  const url = process.env['REDIS_URL'] || 'redis://127.0.0.1:6379';
  const { hostname, port, host } = new URL(url);
  if (!(await answers(Number(port || 6379), hostname))) {
    return unavailable(`Redis does not answer at ${host}: its tests DID NOT RUN. Set REDIS_URL.`);
  }
  return { url, prefix: `test-${randomUUID().slice(0, 8)}` };
}

export type OwnRedis = Readonly<{
  url: string;
  start(): Promise<void>;
  /** At once and without a word, as when the power fails; nothing was saved. */
  kill(): Promise<void>;
  /** It still accepts connections, but answers nobody. */
  freeze(): void;
  thaw(): void;
}>;

/** A Redis that a test may kill; it forgets everything when it dies. Undefined, loudly, without a `redis-server`. */
export async function ownRedisForTests(): Promise<OwnRedis | undefined> {
  const port = await freePort();
  let server: ChildProcess | undefined;
  const running = () => server?.exitCode === null && server.signalCode === null;
  process.once('exit', () => server?.kill('SIGKILL'));

  async function start(): Promise<void> {
    const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp'];
    server = spawn('redis-server', options, { stdio: 'ignore' });
    await once(server, 'spawn');
    for (let attempt = 0; running() && attempt < 500; attempt += 1) {
      if (await answers(port)) return;
      await after(20);
    }
    throw new Error('redis-server did not start');
  }

  async function kill(): Promise<void> {
    if (!server || !running()) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  }

  try {
    await start();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return unavailable('There is no redis-server to start and kill: tests of its outages DID NOT RUN.');
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
  };
}

function unavailable(message: string): undefined {
  if (process.env['CI'] === 'true') throw new Error(message);
  console.warn(`\n${'!'.repeat(message.length)}\n${message}\n${'!'.repeat(message.length)}\n`);
  return undefined;
}

/** Below the ports that the system gives to outgoing connections, so that it is still free after a restart. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    const probe = createServer().listen(port, '127.0.0.1');
    const isFree = await Promise.race([
      once(probe, 'listening').then(() => true),
      once(probe, 'error').then(() => false),
    ]);
    await new Promise((resolve) => probe.close(resolve));
    if (isFree) return port;
  }
}

function answers(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(2_000, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
